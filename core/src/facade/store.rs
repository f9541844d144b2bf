//! The store of a repository: which it is, whether its URL is accepted, connecting to it.

use super::call::call;
use super::{CopyReport, Repo, StoreInfo, lock};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::log::Level;
use crate::store::Address;
use crate::store::known::last_config;
use crate::store::layout::Access;
use crate::store::session::Store;
use std::sync::{Arc, Mutex};

impl Repo {
    /// The store that this clone uses, if one is set; nothing is sent.
    pub fn store(&self) -> Result<Option<StoreInfo>> {
        call(self.context(), "repo.store", &[], || {
            let Some((url, local_only)) = self.store_url()? else { return Ok(None) };
            let config = last_config(self.root(), &url)?;
            Ok(Some(StoreInfo {
                accepted: self.is_accepted(&url)?,
                url: url.to_string(),
                local_only,
                conditional_writes: config.map(|c| c.capabilities.create_if_absent && c.capabilities.compare_and_swap),
            }))
        })
    }

    /// Points the repository at a store, which is made if the place is empty, and accepts it. The committed
    /// configuration changes; commit it to tell others.
    pub fn set_store(&self, url: &str, job: &Job) -> Result<StoreInfo> {
        call(self.context(), "repo.set_store", &[], || {
            job.check()?;
            let address = Address::parse(url)?;
            let mut config = self.config()?;
            let store = Store::open_or_create(address.clone(), self.root(), self.context())?;
            self.warn_of(&store);
            config.set_url(&address);
            config.draw_repository()?;
            config.write()?;
            self.accept(&address)?;
            *lock(&self.state().store) = Some((address.to_string(), Arc::new(Mutex::new(store))));
            self.store()?.ok_or_else(|| Error::internal("the store was not set"))
        })
    }

    /// Accepts a store URL that came with a commit: from now on this clone reads from it and pushes to it. It need not be the one that the
    /// configuration names today.
    pub fn accept_store(&self, url: &str) -> Result<()> {
        call(self.context(), "repo.accept_store", &[], || self.accept(&Address::parse(url)?))
    }

    /// Copies everything that this repository published to another store; the repository goes on using its own.
    pub fn copy_store(&self, to_url: &str, job: &Job) -> Result<CopyReport> {
        call(self.context(), "repo.copy_store", &[], || {
            let from = self.connect(Access::Read)?;
            let from = lock(&from);
            let address = Address::parse(to_url)?;
            if address == *from.remote.address() {
                return Err(Error::new(Code::InvalidArgument, format!("{address} is the store that the data is in"))
                    .remedy("Name another store."));
            }
            let mut to = Store::open_or_create(address, self.root(), self.context())?;
            let copied = crate::store::copy::copy(&from, &mut to, self.config()?.repository()?, job)?;
            Ok(CopyReport { packs: copied.packs, bytes: copied.bytes })
        })
    }

    /// Connects to the store, whose URL must be set and accepted.
    pub(super) fn connect(&self, access: Access) -> Result<Arc<Mutex<Store>>> {
        let (address, _) = self.store_url()?.ok_or_else(|| {
            Error::new(Code::StoreNotConfigured, "this repository names no store")
                .remedy("Name one with \"octostore store set URL\" (file:///folder, s3://bucket/prefix, gs://, az://).")
        })?;
        if !self.is_accepted(&address)? {
            return Err(Error::new(Code::StoreNotAccepted, format!("the repository names store {address}, which you have not accepted"))
                .remedy(format!("If you trust it, run \"octostore store accept {address}\"; else name your own with \"octostore store set URL\"."))
                .with("store", address.to_string()));
        }
        let mut slot = lock(&self.state().store);
        if let Some((url, store)) = &*slot
            && *url == address.to_string()
        {
            lock(store).config.check(&address, access)?;
            return Ok(store.clone());
        }
        let url = address.to_string();
        let store = Store::open(address, access, self.root(), self.context())?;
        self.tell(Level::Info, "store", || format!("connected to {url}"));
        self.warn_of(&store);
        let store = Arc::new(Mutex::new(store));
        *slot = Some((url, store.clone()));
        Ok(store)
    }

    fn warn_of(&self, store: &Store) {
        let can = &store.config.capabilities;
        if !(can.create_if_absent && can.compare_and_swap) {
            self.tell(Level::Warn, "store", || {
                format!(
                    "{} does not honour conditional writes: collect garbage from one host only",
                    store.remote.address()
                )
            });
        }
    }

    /// The store if one is set and accepted; a repository without one works from its cache.
    pub(super) fn connect_if_set(&self) -> Result<Option<Arc<Mutex<Store>>>> {
        match self.store_url()? {
            Some((address, _)) if self.is_accepted(&address)? => self.connect(Access::Read).map(Some),
            _ => Ok(None),
        }
    }
}
