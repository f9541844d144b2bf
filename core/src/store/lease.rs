//! A lease: tells a garbage collection that somebody is pushing, and from which epoch on.

use super::layout::{Lease, lease, new_name, to_json};
use super::session::Store;
use crate::error::Result;
use crate::store::remote::Remote;
use std::time::Duration;

/// How often a lease is written anew; a collection waits much longer than this for one that is not.
const REFRESH: Duration = Duration::from_secs(60);

/// Held during a push. It is removed when the push ends, and ages away when its holder died.
pub(super) struct Held {
    remote: Remote,
    key: String,
    refresh: tokio::task::JoinHandle<()>,
}

impl Held {
    pub(super) fn take(store: &Store, repository: &str, epoch: u64) -> Result<Self> {
        let writer = new_name()?.to_string();
        let key = lease(&writer);
        let bytes = to_json(&Lease { epoch, repository: repository.into(), writer })?;
        let remote = store.remote.clone();
        remote.put(&key, bytes.clone())?;
        let (again, its_key) = (remote.clone(), key.clone());
        let refresh = remote.context().spawn(async move {
            loop {
                tokio::time::sleep(REFRESH).await;
                // One that fails is made up for by the next.
                let _ = again.put_now(&its_key, bytes.clone().into()).await;
            }
        })?;
        Ok(Held { remote, key, refresh })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.refresh.abort();
        // A lease that cannot be removed ages away.
        let _ = self.remote.delete(&self.key);
    }
}
