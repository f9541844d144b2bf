//! `octostore resolve`

use super::{Outcome, Run, accepting, rev_and_path};
use crate::args::Resolve;
use crate::output::{bytes, count, file_fields};
use serde_json::{Value, json};

pub(crate) fn run(run: &Run, args: Resolve) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = rev_and_path(&repo, &args.spec)?;
    let found = accepting(&repo, || repo.resolve(&rev, &path))?;
    run.report(
        || {
            let mut fields = file_fields(&found.path, Some(&found.pointer));
            fields["local"] = found.local.as_ref().map(|p| p.to_string_lossy()).into();
            fields["store"] = found.store.clone().into();
            let range = |r: &octostore::StoredRange| {
                json!({"file_offset": r.file_offset, "length": r.length, "object": r.object, "offset": r.offset, "stored_length": r.stored_length})
            };
            fields["ranges"] = found.ranges.iter().map(range).collect::<Vec<Value>>().into();
            fields
        },
        || {
            let mut lines = vec![format!("{}  {}  blake3:{}", found.path, bytes(found.pointer.size), found.pointer.oid)];
            lines.extend(found.local.iter().map(|p| format!("local: {}", p.display())));
            lines.extend(found.store.iter().map(|s| format!("store: {s}, {}", count(found.ranges.len() as u64, "range"))));
            lines
        },
    )
}
