//! What a team needs to change data together: a template for pull requests, checks for two hosts and for any other, owners, a
//! guide, and a card for each data set.

use super::texts::Changes;
use crate::error::{Code, Error, Result};
use std::path::Path;

/// The check itself; the hosts' files only call it, so that a person can too.
const SCRIPT: &str = r###"#!/bin/sh
# Holds the data of this branch to its schemas and splits, and says what changed since BASE (default: origin/main).
# Exits 1 when something is wrong. The summary is written to data-report.md. Made by "octostore collab"; edit as you like.
set -u
base=${1:-origin/main}
report=data-report.md
failed=0
: >"$report"

# Every pointer's data must be in the store that the repository names.
octostore fetch || failed=1

for schema in $(git ls-files '*.octo/schema.pbtxt'); do
  path=${schema%.octo/schema.pbtxt}
  echo "## $path" >>"$report"
  octostore validate "$path" --format markdown >>"$report" || failed=1
done

for recipe in $(git ls-files '.octostore/splits/*.toml'); do
  name=$(basename "$recipe" .toml)
  path=$(sed -n 's/^path *= *"\(.*\)"$/\1/p' "$recipe" | head -n 1)
  [ -n "$path" ] || continue
  octostore split "$path" --name "$name" --check >>"$report" || failed=1
done

{ echo "## Statistics that changed since $base"; octostore diff "$base" HEAD --stats --markdown; } >>"$report"
[ $? -le 1 ] || failed=1
cat "$report"
exit $failed
"###;

const GITHUB: &str = r#"name: data
on: pull_request
permissions:
  contents: read
  pull-requests: write
jobs:
  data:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install octostore
      - run: octostore init
      - id: check
        run: sh scripts/check-data.sh "origin/$GITHUB_BASE_REF"
      - if: always()
        run: gh pr comment "$NUMBER" --body-file data-report.md
        env:
          GH_TOKEN: ${{ github.token }}
          NUMBER: ${{ github.event.number }}
"#;

const GITLAB: &str = r#"data:
  image: python:3.12
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: "0"
  script:
    - pip install octostore
    - octostore init
    - sh scripts/check-data.sh "origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
  artifacts:
    when: always
    paths: [data-report.md]
"#;

const TEMPLATE: &str = r#"## What changes in the data, and why

<!-- Where does it come from? Under which licence? -->

## Checks

- [ ] `octostore validate` finds nothing, or what it finds is explained here
- [ ] `octostore split --check` finds no leak
- [ ] the schema change, if any, is part of this request

## Statistics

<!-- Paste: octostore diff main HEAD --stats --markdown -->
"#;

const GUIDE: &str = r#"# Contributing data

Data files are versioned like code: git keeps a pointer to each, the store keeps the bytes.

1. `octostore up` once in your clone: it brings filters, data and the environment.
2. Change or add files, then `octostore profile PATH` to renew statistics beside them.
3. `octostore validate PATH` and, if there is a split, `octostore split PATH --check`.
4. `git add`, `git commit`, `git push`: the data goes to the store before the branch moves.
5. Open a pull request; the check comments what changed.

A new data set comes with its source and licence: `octostore import SOURCE --to PATH --license NAME --profile --commit`.
A change of the schema is reviewed like code: it is a text file, `PATH.octo/schema.pbtxt`.
"#;

/// A data set to describe.
pub(crate) struct Card {
    /// The data's path.
    pub path: String,
    /// Where it came from, if an import says so.
    pub source: Option<String>,
    pub license: Option<String>,
    pub rows: Option<u64>,
    /// Name, type, missing share and a sentence of each column.
    pub columns: Vec<[String; 4]>,
}

/// The files of a host (`github`, `gitlab`, `plain`; all where none is named) and the data sets' cards.
pub(crate) fn collab_files(root: &Path, hosts: &[String], owner: &str, cards: &[Card]) -> Result<Changes> {
    if let Some(unknown) = hosts.iter().find(|h| !["github", "gitlab", "plain"].contains(&h.as_str())) {
        return Err(Error::new(Code::InvalidArgument, format!("there is no host \"{unknown}\""))
            .remedy("Use github, gitlab or plain."));
    }
    let wants = |host: &str| hosts.is_empty() || hosts.iter().any(|h| h == host);
    let mut changes = Changes::default();
    let mut push = |file: &str, text: &str| keep(&mut changes, root, file, text);
    push("scripts/check-data.sh", SCRIPT)?;
    push("CONTRIBUTING-DATA.md", GUIDE)?;
    if wants("github") {
        push(".github/workflows/data.yml", GITHUB)?;
        push(".github/pull_request_template.md", TEMPLATE)?;
        if !owner.is_empty() {
            push(".github/CODEOWNERS", &format!("*.octo/ {owner}\n.octostore/ {owner}\n"))?;
        }
    }
    if wants("gitlab") {
        push(".gitlab/data.yml", GITLAB)?;
        push(".gitlab-ci.yml", "include:\n  - local: .gitlab/data.yml\n")?;
        push(".gitlab/merge_request_templates/Data.md", TEMPLATE)?;
    }
    for card in cards {
        push(&format!("{}.octo/README.md", card.path), &card.text())?;
    }
    Ok(changes)
}

/// What a person has written is never replaced.
fn keep(changes: &mut Changes, root: &Path, file: &str, text: &str) -> Result<()> {
    if root.join(file).exists() {
        return Ok(());
    }
    changes.push(root, file, text.to_owned())
}

impl Card {
    fn text(&self) -> String {
        use std::fmt::Write;
        let mut text = format!("# {}\n\n", cell(&self.path));
        let unknown = || "unknown".to_owned();
        let _ = writeln!(
            text,
            "| | |\n|---|---|\n| rows | {} |\n| source | {} |\n| licence | {} |\n",
            self.rows.map_or_else(unknown, |r| r.to_string()),
            self.source.as_deref().map_or_else(unknown, cell),
            self.license.as_deref().map_or_else(unknown, cell)
        );
        text.push_str("## Columns\n\n| name | type | missing | what is in it |\n|---|---|---|---|\n");
        for [name, kind, missing, what] in &self.columns {
            let _ = writeln!(text, "| {} | {} | {} | {} |", cell(name), cell(kind), cell(missing), cell(what));
        }
        text.push_str("\n## How it was made\n\n## What it must not be used for\n");
        text
    }
}

/// Text that stays in its cell.
fn cell(text: &str) -> String {
    text.chars()
        .take(200)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .replace('|', "\\|")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teams_own_files_stay_and_a_host_gets_only_its_own() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("CONTRIBUTING-DATA.md"), "ours\n").unwrap();
        let card = Card {
            path: "data/a.csv".into(),
            source: None,
            license: Some("CC0".into()),
            rows: Some(3),
            columns: vec![["a|b".into(), "INT".into(), "0 %".into(), "<x>".into()]],
        };
        let changes = collab_files(dir.path(), &["github".into()], "@data", &[card]).unwrap();
        let files: Vec<_> = changes.0.iter().map(|c| c.file.as_str()).collect();
        assert_eq!(
            files,
            [
                "scripts/check-data.sh",
                ".github/workflows/data.yml",
                ".github/pull_request_template.md",
                ".github/CODEOWNERS",
                "data/a.csv.octo/README.md"
            ]
        );
        assert!(changes.0[4].text.contains("| a\\|b | INT | 0 % | &lt;x> |"));
        assert!(collab_files(dir.path(), &["sourcehut".into()], "", &[]).is_err());
    }
}
