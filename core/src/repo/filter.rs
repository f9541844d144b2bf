//! git's long-running filter process, our side of it: gitattributes(5), "Long Running Filter Process".

use super::path::RepoPath;
use super::pkt::{self, MAX, Reader};
use super::pointer;
use crate::error::{Code, Error, Result};
use std::io::{self, BufReader, BufWriter, Read, Write};

/// What a smudge answers.
pub(crate) enum SmudgeAnswer {
    /// These bytes.
    Bytes(Box<dyn Read>),
}

/// What is done for each file.
pub(crate) trait FilterHandler {
    /// Takes a file's content and gives what git shall store.
    fn clean(&mut self, path: &RepoPath, content: &mut (dyn Read + Send)) -> Result<Vec<u8>>;
    /// Takes what git stores, at most as long as a pointer may be, and gives the file's content. `can_delay`: git is
    /// checking files out, and the file may be written later.
    fn smudge(&mut self, path: &RepoPath, can_delay: bool, stored: Vec<u8>) -> Result<SmudgeAnswer>;
}

fn protocol(e: io::Error) -> Error {
    Error::new(Code::Git, format!("git's filter protocol: {e}")).remedy("This program is called by git, not by hand.")
}

/// Serves git until it closes the input.
pub(crate) fn serve(input: impl Read + Send, output: impl Write, handler: &mut dyn FilterHandler) -> Result<()> {
    let mut input = Reader::new(BufReader::with_capacity(1 << 18, input));
    let mut output = BufWriter::with_capacity(1 << 16, output);
    if !greet(&mut input, &mut output).map_err(protocol)? {
        return Ok(());
    }
    while let Some(header) = input.lines().map_err(protocol)? {
        answer(&header, &mut input, &mut output, handler).map_err(protocol)?;
    }
    Ok(())
}

/// Agrees on version and capabilities. We ask for `delay` only to be told which requests come from a checkout.
fn greet(input: &mut Reader<impl Read>, output: &mut impl Write) -> io::Result<bool> {
    let Some(hello) = input.lines()? else {
        return Ok(false);
    };
    let known = hello.first().is_some_and(|l| l == b"git-filter-client") && hello.iter().any(|l| l == b"version=2");
    if !known {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "this is not version 2 of it"));
    }
    pkt::write(output, b"git-filter-server\n")?;
    pkt::write(output, b"version=2\n")?;
    pkt::flush(output)?;
    let offered = input.lines()?.unwrap_or_default();
    for capability in ["clean", "smudge", "delay"] {
        let line = format!("capability={capability}");
        if offered.iter().any(|o| o == line.as_bytes()) {
            pkt::write(output, format!("{line}\n").as_bytes())?;
        }
    }
    pkt::flush(output)?;
    Ok(true)
}

fn answer<R: Read + Send>(
    header: &[Vec<u8>],
    input: &mut Reader<R>,
    output: &mut impl Write,
    handler: &mut dyn FilterHandler,
) -> io::Result<()> {
    let value = |key: &[u8]| header.iter().find_map(|l| l.strip_prefix(key)).unwrap_or_default();
    let command = value(b"command=");
    if command == b"list_available_blobs" {
        // We never delay, so nothing is ever waited for.
        pkt::flush(output)?;
        return status(output, "success");
    }
    input.begin_content();
    let path = RepoPath::from_bytes(value(b"pathname="));
    let result = match (&path, command) {
        (Err(e), _) => Err(Error::new(e.code(), e.message()).remedy(e.hint())),
        (Ok(path), b"clean") => {
            handler.clean(path, input).map(|bytes| Box::new(io::Cursor::new(bytes)) as Box<dyn Read>)
        }
        (Ok(path), b"smudge") => smudge(path, value(b"can-delay=") == b"1", input, handler),
        _ => Err(Error::new(Code::Git, "git asks for a command that this version does not know")),
    };
    input.drain()?;
    match result {
        Ok(mut bytes) => {
            status(output, "success")?;
            let sent = send(&mut bytes, output);
            pkt::flush(output)?;
            match sent {
                // An empty list keeps the status.
                Ok(()) => pkt::flush(output),
                Err(e) => {
                    complain(&path, &e.to_string(), "");
                    status(output, "error")
                }
            }
        }
        Err(e) => {
            complain(&path, e.message(), e.hint());
            status(output, "error")
        }
    }
}

fn smudge(
    path: &RepoPath,
    can_delay: bool,
    input: &mut (impl Read + Send),
    handler: &mut dyn FilterHandler,
) -> Result<Box<dyn Read>> {
    let mut stored = Vec::new();
    input.take(pointer::MAX_POINTER_LEN as u64 + 1).read_to_end(&mut stored).map_err(protocol)?;
    if stored.len() <= pointer::MAX_POINTER_LEN {
        let SmudgeAnswer::Bytes(bytes) = handler.smudge(path, can_delay, stored)?;
        return Ok(bytes);
    }
    // Committed before the path was tracked: git's bytes are the file. They are spooled, for git reads no answer
    // before it has sent everything.
    let mut spool = tempfile::tempfile()
        .map_err(|e| Error::io(std::path::Path::new("the temporary folder"), "spooling a file", e))?;
    let spooled =
        spool.write_all(&stored).and_then(|()| io::copy(input, &mut spool)).and_then(|_| io::Seek::rewind(&mut spool));
    spooled.map_err(|e| Error::io(std::path::Path::new("the temporary folder"), "spooling a file", e))?;
    Ok(Box::new(spool))
}

fn status(output: &mut impl Write, status: &str) -> io::Result<()> {
    pkt::write(output, format!("status={status}\n").as_bytes())?;
    pkt::flush(output)
}

fn send(bytes: &mut dyn Read, output: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; MAX];
    loop {
        match bytes.read(&mut buffer)? {
            0 => return Ok(()),
            n => pkt::write(output, &buffer[..n])?,
        }
    }
}

/// git shows its user what a filter writes to standard error, and nothing else of why it failed.
#[allow(clippy::print_stderr)]
fn complain(path: &Result<RepoPath>, what: &str, hint: &str) {
    let path = path.as_ref().map(ToString::to_string).unwrap_or_default();
    let named = if what.contains(&path) { what.to_owned() } else { format!("{path}: {what}") };
    eprintln!("octostore: {named}");
    if !hint.is_empty() {
        eprintln!("octostore: {hint}");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Upper;
    impl FilterHandler for Upper {
        fn clean(&mut self, path: &RepoPath, content: &mut (dyn Read + Send)) -> Result<Vec<u8>> {
            if path.as_bytes() == b"bad" {
                return Err(Error::new(Code::Io, "no"));
            }
            let mut text = Vec::new();
            content.read_to_end(&mut text).unwrap();
            Ok(text.to_ascii_uppercase())
        }
        fn smudge(&mut self, _: &RepoPath, can_delay: bool, stored: Vec<u8>) -> Result<SmudgeAnswer> {
            let mut answer = stored.to_ascii_lowercase();
            answer.push(if can_delay { b'!' } else { b'.' });
            Ok(SmudgeAnswer::Bytes(Box::new(io::Cursor::new(answer))))
        }
    }

    fn script(lists: &[&[&[u8]]]) -> Vec<u8> {
        let mut out = Vec::new();
        for list in lists {
            list.iter().for_each(|line| pkt::write(&mut out, line).unwrap());
            pkt::flush(&mut out).unwrap();
        }
        out
    }

    #[test]
    fn a_conversation_goes_on_after_a_file_that_failed() {
        let long = vec![b'x'; 3 * MAX];
        let pieces: Vec<&[u8]> = long.chunks(MAX).collect();
        let input = script(&[
            &[b"git-filter-client\n", b"version=2\n"],
            &[b"capability=clean\n", b"capability=smudge\n", b"capability=delay\n"],
            &[b"command=clean\n", b"pathname=bad\n"],
            &pieces,
            &[b"command=clean\n", b"pathname=a\nb \n"],
            &[b"one ", b"two"],
            &[b"command=smudge\n", b"pathname=c\n", b"can-delay=1\n"],
            &[b"THREE"],
            &[b"command=smudge\n", b"pathname=c\n"],
            &[],
            &[b"command=smudge\n", b"pathname=old\n"],
            &pieces,
        ]);
        let mut output = Vec::new();
        serve(&input[..], &mut output, &mut Upper).unwrap();
        let expected = script(&[
            &[b"git-filter-server\n", b"version=2\n"],
            &[b"capability=clean\n", b"capability=smudge\n", b"capability=delay\n"],
            &[b"status=error\n"],
            &[b"status=success\n"],
            &[b"ONE TWO"],
            &[],
            &[b"status=success\n"],
            &[b"three!"],
            &[],
            &[b"status=success\n"],
            &[b"."],
            &[],
            &[b"status=success\n"],
            &pieces,
            &[],
        ]);
        assert!(output == expected, "{}", String::from_utf8_lossy(&output[..output.len().min(400)]));
    }

    #[test]
    fn what_is_not_gits_protocol_is_an_error() {
        assert!(serve(&b"GET / HTTP/1.1\r\n"[..], Vec::new(), &mut Upper).is_err());
        assert!(serve(&b""[..], Vec::new(), &mut Upper).is_ok());
    }
}
