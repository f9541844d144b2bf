//! What happens in the tour: story 1, git for data. Each later story adds its chapter.

use super::stage::{Stage, Told, size};

const DAILY: &[u8] = include_bytes!("../../tour-data/seattle-weather.csv");
const HOURLY: &[u8] = include_bytes!("../../tour-data/seattle-weather-hourly-normals.csv");

/// Reads the data as scripts do: by its path, knowing nothing of octostore.
const SCRIPT: &str = r#"#!/bin/sh
# Mean of the daily maximum, by year.
awk -F, 'NR > 1 { split($1, d, "-"); n[d[1]]++; sum[d[1]] += $3 }
         END { for (y in n) printf "%s %.2f\n", y, sum[y] / n[y] }' data/seattle-weather.csv | sort
"#;

/// A change of the data: summers only.
const SUMMERS: &str = r#"awk -F, 'NR == 1 || substr($1, 6, 2) ~ /06|07|08/' data/seattle-weather.csv > summer.csv && mv summer.csv data/seattle-weather.csv"#;

pub(super) fn tell(stage: &mut Stage) -> Told {
    let answers = known_answers(stage)?;
    project(stage)?;
    push(stage)?;
    clone(stage, &answers)?;
    branch(stage)?;
    switch(stage, &answers)?;
    range(stage)?;
    check(stage)
}

/// What the script answers for each version of the data.
struct Answers {
    all: String,
    summers: String,
}

/// The answers come from copies of the data that octostore never sees.
fn known_answers(stage: &mut Stage) -> Result<Answers, crate::exit::Failure> {
    stage.write("known/data/seattle-weather.csv", DAILY)?;
    stage.write("known/mean.sh", SCRIPT.as_bytes())?;
    let all = stage.ask("known", "sh mean.sh")?;
    stage.ask("known", "cp data/seattle-weather.csv all.csv")?;
    stage.ask("known", SUMMERS)?;
    let summers = stage.ask("known", "sh mean.sh")?;
    stage.ask("known", "mv data/seattle-weather.csv summers.csv")?;
    Ok(Answers { all, summers })
}

fn project(stage: &mut Stage) -> Told {
    stage.step("A git repository with a script and its data")?;
    stage.write("project/mean.sh", SCRIPT.as_bytes())?;
    stage.write("project/data/seattle-weather.csv", DAILY)?;
    stage.write("project/data/hourly-normals.csv", HOURLY)?;
    stage.run("project", &["git", "init", "-q", "-b", "main"])?;
    stage.ask("project", "git config user.name 'A Scientist' && git config user.email scientist@example.org")?;
    let store = stage.url("store");
    stage.run("project", &["octostore", "init", "--store", &store])?;
    stage.run("project", &["octostore", "track", "data/**"])?;
    stage.run("project", &["octostore", "add"])?;
    stage.run("project", &["git", "add", "."])?;
    stage.run("project", &["git", "commit", "-q", "-m", "Weather and its mean"])?;
    stage.claim("git stores a pointer of under 200 bytes in place of the data", "project",
        "test $(git cat-file -s HEAD:data/seattle-weather.csv) -lt 200 && git cat-file -p HEAD:data/seattle-weather.csv | head -1 | grep -qx 'octostore 1'")?;
    stage.claim("the work tree still holds the data", "project", "cmp data/seattle-weather.csv ../known/all.csv")?;
    stage.claim_output("git status is clean", "project", "git status --porcelain", "")?;
    let data = (DAILY.len() + HOURLY.len()) as u64;
    stage.done(&format!("{} of data, {} in git", size(data), size(git_bytes(stage, "project")?)))
}

/// Bytes of git's objects, as git counts them.
fn git_bytes(stage: &Stage, dir: &str) -> Result<u64, crate::exit::Failure> {
    let kib = stage.ask(dir, "git count-objects -v | awk '/^size/ { sum += $2 } END { print sum }'")?;
    Ok(kib.parse::<u64>().unwrap_or_default() << 10)
}

fn push(stage: &mut Stage) -> Told {
    stage.step("Plain git push: the data goes to the store, then the branch moves")?;
    stage.ask("", "git init -q --bare -b main remote.git")?;
    stage.run("project", &["git", "remote", "add", "origin", "../remote.git"])?;
    stage.run("project", &["git", "push", "-q", "-u", "origin", "main"])?;
    stage.claim(
        "the branch is in the remote",
        "",
        "test \"$(git -C remote.git rev-parse main)\" = \"$(git -C project rev-parse main)\"",
    )?;
    stage.claim(
        "git's remote is smaller than the data",
        "",
        &format!("test $(du -sk remote.git/objects | cut -f1) -lt {}", HOURLY.len() / 1024),
    )?;
    stage.claim(
        "the store holds one pack of data, one of manifests, and one root",
        "store",
        "test $(find v1/packs -type f | wc -l) -le 2 && test $(find v1/roots -type f | wc -l) -eq 1",
    )?;
    stage.done(&format!("{} in the store", size(stage.bytes_in("store")?)))
}

fn clone(stage: &mut Stage, answers: &Answers) -> Told {
    stage.step("A colleague clones it, and copies the data to a store of her own")?;
    let copy_to = stage.url("her-store");
    stage.run("", &["octostore", "clone", "remote.git", "hers", "--copy-to", &copy_to])?;
    stage.ask("hers", "git config user.name 'A Colleague' && git config user.email colleague@example.org")?;
    stage.claim("her file has the same bytes", "hers", "cmp data/seattle-weather.csv ../known/all.csv")?;
    stage.claim_output("her script gives the same answer", "hers", "sh mean.sh", &answers.all)?;
    stage.claim("her store holds the same packs", "", "test \"$(cd store/v1/packs && find . -type f -exec cksum {} + | sort)\" = \"$(cd her-store/v1/packs && find . -type f -exec cksum {} + | sort)\"")?;
    stage.claim_output("her git status is clean", "hers", "git status --porcelain", "")?;
    stage.done(&format!("{} copied", size(stage.bytes_in("her-store")?)))
}

fn branch(stage: &mut Stage) -> Told {
    stage.step("She changes the data on a branch, with nothing but git")?;
    let before = stage.bytes_in("her-store")?;
    stage.run("hers", &["git", "switch", "-q", "-c", "summers"])?;
    stage.run("hers", &["sh", "-c", SUMMERS])?;
    stage.run("hers", &["git", "add", "data"])?;
    stage.run("hers", &["git", "commit", "-q", "-m", "Only summers"])?;
    stage.run("hers", &["git", "push", "-q", "origin", "summers"])?;
    stage.claim("the two branches name two versions of the data", "hers", "test \"$(git rev-parse main:data/seattle-weather.csv)\" != \"$(git rev-parse summers:data/seattle-weather.csv)\"")?;
    stage.claim(
        "the hourly data is not stored again",
        "hers",
        "test \"$(git rev-parse main:data/hourly-normals.csv)\" = \"$(git rev-parse summers:data/hourly-normals.csv)\"",
    )?;
    let grown = stage.bytes_in("her-store")?.saturating_sub(before);
    stage.claim(
        &format!("the push added {} to her store, less than the hourly data alone", size(grown)),
        "",
        &format!("test {grown} -lt {}", HOURLY.len()),
    )?;
    stage.done(&format!("{} uploaded", size(grown)))
}

fn switch(stage: &mut Stage, answers: &Answers) -> Told {
    stage.step("The data follows the branch, and the script's answer follows the data")?;
    for (branch, answer, file) in
        [("main", &answers.all, "all"), ("summers", &answers.summers, "summers"), ("main", &answers.all, "all")]
    {
        stage.run("hers", &["git", "switch", "-q", branch])?;
        stage.claim_output(&format!("on {branch} the script answers for {file}"), "hers", "sh mean.sh", answer)?;
        stage.claim(
            "the file has exactly that version's bytes",
            "hers",
            &format!("cmp data/seattle-weather.csv ../known/{file}.csv"),
        )?;
        stage.claim_output("git status is clean", "hers", "git status --porcelain", "")?;
    }
    stage.done("")
}

fn range(stage: &mut Stage) -> Told {
    stage.step("A range of an old version, without pulling anything")?;
    stage.run("", &["octostore", "clone", "remote.git", "light", "--branch", "summers", "--data", "none"])?;
    stage.claim("the clone holds pointers", "light", "test $(wc -c < data/seattle-weather.csv) -lt 200")?;
    let text = stage.run("light", &["octostore", "cat", "HEAD~1:data/seattle-weather.csv", "--range", "1000-1199"])?;
    stage.write("known/range", text.as_bytes())?;
    stage.claim(
        "these are the bytes 1000 to 1199 of the original",
        "known",
        "tail -c +1001 all.csv | head -c 200 | cmp - range",
    )?;
    stage.claim(
        "the file in the work tree is still a pointer",
        "light",
        "head -1 data/seattle-weather.csv | grep -qx 'octostore 1'",
    )?;
    stage.done("200 bytes read")
}

fn check(stage: &mut Stage) -> Told {
    stage.step("Every byte checked against its hash, here and in the store")?;
    for dir in ["project", "hers"] {
        stage.run(dir, &["octostore", "fsck", "--store"])?;
    }
    stage.claim("git finds its repositories whole too", "", "git -C project fsck --strict 2>/dev/null && git -C hers fsck --strict 2>/dev/null && git -C remote.git fsck --strict 2>/dev/null")?;
    stage.done("")
}
