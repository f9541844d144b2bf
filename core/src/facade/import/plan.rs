//! What an import is about: its objects, where each goes, and what an earlier import knows of them.

use super::options::{Choices, OnError};
use super::{Target, place};
use crate::error::{Code, Error, Result};
use crate::facade::Repo;
use crate::import::{Found, Kind, Name, Object, Only, Record, Skipped, Source, clean, find};
use crate::job::Job;
use crate::store::files::read_if_there;

/// An object and where it goes.
pub(super) struct Task {
    pub object: Object,
    /// Below the target: the file's name, or the folder that an archive's members go to (empty: the target itself).
    pub name: Vec<u8>,
    /// `--only` chose the archive by its own name, so all of its members are meant.
    pub all: bool,
}

pub(super) struct Plan {
    pub tasks: Vec<Task>,
    /// What was found and cannot be imported.
    pub refused: Vec<(String, Error)>,
    pub sources: Vec<String>,
    pub only: Only,
    pub only_text: Vec<String>,
    pub license: Option<String>,
}

impl Repo {
    /// The record of the import that brought what is there now.
    pub(super) fn old_record(&self, target: &Target, choices: &Choices) -> Result<Option<Record>> {
        let path = target.record()?;
        let bytes = read_if_there(&path.to_path(self.git().work_dir()?))?;
        match (bytes, choices.update) {
            (Some(bytes), true) => Record::parse(&bytes, &path.to_string()).map(Some),
            (None, false) => Ok(None),
            (Some(_), false) => {
                Err(Error::new(Code::AlreadyExists, format!("{} was imported before: {path} is there", target.to))
                    .remedy("Use --update to bring a new snapshot, or name another place with --to.")
                    .with("path", target.to.to_string()))
            }
            (None, true) => Err(Error::new(
                Code::NotFound,
                format!("nothing was imported to {} before: there is no {path}", target.to),
            )
            .remedy("Leave out --update to import it for the first time.")
            .with("path", target.to.to_string())),
        }
    }
}

impl Plan {
    pub(super) fn make(
        repo: &Repo,
        sources: &[String],
        target: &mut Target,
        old: Option<&Record>,
        choices: &Choices,
        job: &Job,
    ) -> Result<Plan> {
        let named = match old {
            Some(old) if sources.is_empty() => &old.sources,
            _ => sources,
        };
        if named.is_empty() {
            return Err(Error::new(Code::InvalidArgument, "an import needs at least one source")
                .remedy("Name a file or folder, or a URL."));
        }
        let only_text = old.filter(|_| choices.only.is_empty()).map_or(&choices.only, |o| &o.only).clone();
        let license = choices.license.clone().or_else(|| old.and_then(|o| o.license.clone()));
        let sources: Vec<Source> = named.iter().map(|s| Source::parse(s)).collect::<Result<_>>()?;
        let mut plan = Plan {
            tasks: Vec::new(),
            refused: Vec::new(),
            sources: sources.iter().map(|s| s.shown.clone()).collect(),
            only: Only::parse(&only_text)?,
            only_text,
            license,
        };
        let phase = job.phase("look", 0, sources.len() as u64);
        for source in &sources {
            match find(source, repo.context(), job) {
                Ok(found) => found.into_iter().try_for_each(|f| plan.add(f))?,
                Err(e) if choices.on_error != OnError::Stop && may_be_left_out(&e) => {
                    plan.refused.push((source.shown.clone(), e));
                }
                Err(e) => return Err(e),
            }
            phase.advance(0, 1)?;
        }
        if choices.on_error == OnError::Stop && !plan.refused.is_empty() {
            return Err(plan.refused.swap_remove(0).1);
        }
        plan.aim(repo, target, &sources)?;
        if plan.tasks.is_empty() && plan.refused.is_empty() {
            return Err(Error::new(Code::NotFound, "no file of the sources matches what --only says")
                .remedy("Check the patterns; they are as in .gitignore."));
        }
        Ok(plan)
    }

    fn add(&mut self, found: Found) -> Result<()> {
        let object = match found {
            Found::Object(object) => *object,
            Found::Refused { url, name, error } => {
                if self.only.passes(&name) {
                    self.refused.push((url, error));
                }
                return Ok(());
            }
        };
        let passes = self.only.passes(&object.name);
        // The members of an archive may pass where it does not.
        if !passes && object.archive.is_none() {
            return Ok(());
        }
        match clean(&object.name) {
            Ok(name) => {
                let folder = if object.listed { Kind::stem(&name).to_vec() } else { Vec::new() };
                let name = if object.archive.is_some() { folder } else { name };
                let all = passes && !self.only.all();
                self.tasks.push(Task { object, name, all });
            }
            Err(why) => self.refused.push((object.url.clone(), refused(&object.url, &why))),
        }
        Ok(())
    }

    /// One plain file may go to a path of its own instead of into a folder: when `to` has its ending.
    fn aim(&self, repo: &Repo, target: &mut Target, sources: &[Source]) -> Result<()> {
        let root = repo.git().work_dir()?;
        let [task] = self.tasks.as_slice() else { return Ok(()) };
        let alone = sources.len() == 1 && task.object.archive.is_none() && !task.object.listed;
        target.single = alone && !target.to.to_path(root).is_dir() && place::names_a_file(&target.to, &task.name);
        Ok(())
    }

    /// What failed this time and was imported before stays as it was.
    pub(super) fn keep_failed(&self, old: Option<&Record>, failed: &[Skipped], record: &mut Record) {
        let Some(old) = old else { return };
        // What failed is an object, or a whole source with all that is below it.
        let below = |url: &str, top: &[u8]| {
            let top = top.strip_suffix(b"/").unwrap_or(top);
            url.as_bytes().strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        let failed_url = |url: &str| failed.iter().any(|s| below(url, &s.name.0));
        let here: std::collections::HashSet<_> = record.objects.iter().map(|o| o.url.clone()).collect();
        let kept = old.objects.iter().filter(|o| !here.contains(&o.url) && failed_url(&o.url));
        record.objects.extend(kept.cloned());
    }
}

/// Whether `--on-error` may pass over it: what is wrong is this file, not the import.
pub(super) fn may_be_left_out(e: &Error) -> bool {
    let codes =
        [Code::NotFound, Code::PermissionDenied, Code::StorePermission, Code::InvalidData, Code::UnsupportedPath];
    codes.contains(&e.code())
}

pub(super) fn refused(url: &str, why: &str) -> Error {
    Error::new(Code::InvalidData, format!("{url} is refused: its name {why}"))
        .remedy("Leave it out with --only, or import the rest with --on-error skip.")
        .with("url", url)
}

pub(super) fn skipped(name: &[u8], e: &Error) -> Skipped {
    Skipped { name: Name(name.to_vec()), reason: e.message().to_owned(), kept: None }
}
