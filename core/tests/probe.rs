//! What the probe finds. `OCTOSTORE_TEST_STORE` names a bucket of a real server and `OCTOSTORE_TEST_CONDITIONAL` says
//! what is true of that server; without them, a local folder is probed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::World;

#[test]
fn the_probe_tells_a_store_that_can_be_trusted_from_one_that_cannot() {
    let world = World::new();
    let (_, repo) = world.repo();
    let truth = std::env::var("OCTOSTORE_TEST_CONDITIONAL").map_or(true, |v| v == "true");
    assert_eq!(repo.store().unwrap().unwrap().conditional_writes, Some(truth));
}
