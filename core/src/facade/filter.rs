//! The filter that git runs: clean on the way into the index, smudge on the way into the work tree.
//!
//! Clean streams: each file's frames reach the operating system before git gets its pointer, and the disk before this
//! process ends, which git waits for. Smudge answers small files that are in the cache; anything else is checked out
//! as its pointer and written after git is done, all files in parallel: git would hold a whole answer in memory and
//! take files one by one.

use super::call::call;
use super::{PullReport, Repo};
use crate::content::ingest::{ChunkSink, SMALL, encode_small, ingest};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::filter::{FilterHandler, SmudgeAnswer, serve};
use crate::repo::{Pointer, RepoPath};
use crate::store::cache::CacheWriter;
use crate::store::reader::FileReader;
use std::io::{Read, Write};

/// Files up to this size are answered through git's pipe when the cache has them.
const INLINE: u64 = 4 << 20;

/// Serves git's long-running filter process on standard input and output until git ends it. For programs that git calls.
pub fn filter_process(input: impl Read + Send, output: impl Write, context: &Context, job: &Job) -> Result<()> {
    call(context, "git.filter_process", &[], || {
        let repo = Repo::open_for_git(context)?;
        let pending = {
            let mut handler = Handler { repo: &repo, writer: repo.cache().writer(), pending: Vec::new(), job };
            serve(input, output, &mut handler)?;
            handler.writer.finish()?;
            handler.pending
        };
        if pending.is_empty() || !repo.wants_data()? {
            return Ok(());
        }
        let _lock = crate::store::lock::ProcessLock::take(repo.root(), job)?;
        let count = pending.len();
        repo.write_files(pending, job, &mut PullReport::default()).map_err(|e| {
            let hint = format!(
                "git is done, but up to {count} files are still pointers. {} Then run \"octostore pull\".",
                e.hint()
            );
            Error::new(e.code(), e.message()).remedy(hint).caused_by(e)
        })
    })
}

struct Handler<'a> {
    repo: &'a Repo,
    writer: CacheWriter<'a>,
    /// Files checked out as pointers, to be written when git is done.
    pending: Vec<(RepoPath, Pointer)>,
    job: &'a Job,
}

impl FilterHandler for Handler<'_> {
    fn clean(&mut self, path: &RepoPath, content: &mut (dyn Read + Send)) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        content.take(SMALL as u64 + 1).read_to_end(&mut head).map_err(|e| from_git(path, e))?;
        let pointer = if head.len() <= SMALL {
            // A file that was not pulled is its pointer already.
            if let Some(pointer) = Pointer::parse(&head)? {
                return Ok(pointer.to_bytes());
            }
            let size = head.len() as u64;
            let (frames, oid) = encode_small(&head.into(), &self.writer)?;
            self.writer.put(frames)?;
            Pointer { oid, size }
        } else {
            let mut all = std::io::Cursor::new(head).chain(content);
            let mut read = |buffer: &mut [u8]| all.read(buffer).map_err(|e| from_git(path, e));
            let taken = ingest(&mut read, &self.writer, &*self.repo.context().pool()?, &|_| self.job.check())?;
            Pointer { oid: taken.id, size: taken.size }
        };
        self.writer.flush()?;
        Ok(pointer.to_bytes())
    }

    fn smudge(&mut self, path: &RepoPath, can_delay: bool, content: Vec<u8>) -> Result<SmudgeAnswer> {
        let Some(pointer) = Pointer::parse(&content)? else {
            return Ok(SmudgeAnswer::Bytes(Box::new(std::io::Cursor::new(content))));
        };
        let cached = self.repo.is_cached(&pointer);
        // Only a checkout may delay, and only a checkout leaves a file that can be written later. Others, such as
        // "git archive", want the bytes now.
        if can_delay && !(cached && pointer.size <= INLINE) {
            self.pending.push((path.clone(), pointer));
            return Ok(SmudgeAnswer::Bytes(Box::new(std::io::Cursor::new(content))));
        }
        let store = if cached { None } else { self.repo.connect_if_set()? };
        if !cached && store.is_none() {
            self.repo.connect(crate::store::layout::Access::Read).map(|_| ())?;
        }
        let reader = FileReader::new(self.repo.state().cache.clone(), store, pointer.oid, pointer.size);
        Ok(SmudgeAnswer::Bytes(Box::new(reader)))
    }
}

fn from_git(path: &RepoPath, e: std::io::Error) -> Error {
    Error::new(Code::Io, format!("{path}: git stopped sending the file: {e}")).with("path", path.to_string())
}
