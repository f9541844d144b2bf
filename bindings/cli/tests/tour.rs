//! The tour tells the truth, and says so when it does not.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;
use std::process::{Command, Output};

fn tour(damage: Option<(&str, &str)>) -> (Output, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_octostore"));
    command.arg("tour").arg(dir.path().join("tour"));
    if let Some((step, what)) = damage {
        command.env("OCTOSTORE_TOUR_PAUSE_AFTER", step).env("OCTOSTORE_TOUR_PAUSE_CMD", what);
    }
    (command.output().unwrap(), dir)
}

fn assert_found(step: &str, what: &str, wanted: &str) {
    let (output, _dir) = tour(Some((step, what)));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{what}: {said}");
    assert!(said.contains(wanted), "{said}");
}

#[test]
fn an_undisturbed_tour_ends_well() {
    let (output, dir) = tour(None);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("each confirmed by another program"));
    let store: PathBuf = dir.path().join("tour/her-store/v1/config");
    assert!(store.exists());
}

#[test]
fn a_damaged_pack_in_the_store_is_found() {
    // The byte in the middle of every pack of the shared store is changed.
    let damage = "for p in store/v1/packs/*/*; do n=$(($(wc -c < $p) / 2)); chmod u+w $p; \
                  printf '\\377\\377\\377' | dd of=$p bs=1 seek=$n conv=notrunc status=none; done";
    assert_found("2", damage, "damaged");
    assert_found("6", damage, "problem");
}

#[test]
fn a_damaged_pointer_is_found() {
    let damage = "cd hers && git cat-file -p main:data/seattle-weather.csv | sed s/size/length/ > ../broken && \
                  git switch -q main && git update-index --cacheinfo 100644,$(git hash-object -w --no-filters ../broken),data/seattle-weather.csv && \
                  git commit -q -m broken && git switch -q -f summers";
    assert_found("4", damage, "malformed");
}

#[test]
fn a_moved_branch_is_found() {
    assert_found("4", "git -C hers branch -f main summers", "the tour's claim is false: on main the script answers");
}

#[test]
fn a_folder_that_exists_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("precious"), "x").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_octostore")).arg("tour").arg(dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(dir.path().join("precious").exists());
}
