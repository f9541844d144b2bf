//! Finds out, in four requests, whether a store can be trusted with conditional writes.
//!
//! Some servers accept the conditions and ignore them, some let several racing creates win. The probe races three
//! creates of `v1/epoch`, which has to be made anyway, and then replaces it under a version that it never had.

use super::layout::{Capabilities, EPOCH, Epoch, to_json};
use super::remote::Remote;
use crate::error::Result;
use object_store::UpdateVersion;

/// How many creates race. With three, a server that lets all win, or the first two, is seen.
const RACERS: usize = 3;

/// Makes `v1/epoch` if it is not there, and says what the store can do.
pub(super) fn probe(remote: &Remote) -> Result<Capabilities> {
    let winners = race(remote)?;
    let stale = UpdateVersion { e_tag: Some("\"0123456789abcdef0123456789abcdef\"".into()), version: None };
    let swapped = remote.swap(EPOCH, stale, to_json(&Epoch { epoch: 0 })?);
    // A store without the operation answers with an error of its own; one without the object has it made by nobody.
    let compare_and_swap = matches!(swapped, Ok(false));
    Ok(Capabilities { create_if_absent: winners <= 1, compare_and_swap })
}

fn race(remote: &Remote) -> Result<usize> {
    let payload = to_json(&Epoch { epoch: 0 })?;
    let racers: Vec<_> = (0..RACERS)
        .map(|_| {
            let (remote, payload) = (remote.clone(), payload.clone());
            remote.context().clone().spawn(async move { remote.create_now(EPOCH, payload.into()).await })
        })
        .collect::<Result<_>>()?;
    let mut winners = 0;
    let mut failure = None;
    for racer in racers {
        match remote.wait(async move { racer.await.map_err(crate::Error::internal) })? {
            Ok(won) => winners += usize::from(won),
            Err(e) => failure = Some(e),
        }
    }
    match failure {
        // A loser may be told so in a way that is no plain "exists already"; without a winner it is a real failure.
        Some(e) if winners == 0 && remote.get(EPOCH)?.is_none() => Err(e),
        _ => Ok(winners),
    }
}
