//! A web server of a few lines, on the loopback: it does what a test says, also what no good server does.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    headers: HashMap<String, String>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The first and the last byte of the range that is asked for.
    pub fn range(&self, len: usize) -> Option<(usize, usize)> {
        let (from, to) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some((from.parse().ok()?, to.parse().unwrap_or(len - 1).min(len - 1)))
    }
}

#[derive(Clone, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Breaks off after so many bytes of the body.
    pub cut: Option<usize>,
    /// Waits after each piece of the body.
    pub slow: Option<Duration>,
}

impl Answer {
    pub fn status(status: u16) -> Answer {
        Answer { status, ..Answer::default() }
    }
    pub fn to(url: &str) -> Answer {
        Answer::status(302).with("Location", url)
    }
    pub fn with(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.into(), value.into()));
        self
    }
    pub fn cut(mut self, at: usize) -> Answer {
        self.cut = Some(at);
        self
    }
    /// A file of a good server: ranges guarded by an ETag.
    pub fn file(asked: &Asked, bytes: &[u8], etag: &str) -> Answer {
        let guarded = asked.header("if-range").is_none_or(|tag| tag == etag);
        let (status, body, range) = match asked.range(bytes.len()).filter(|_| guarded) {
            Some((from, _)) if from >= bytes.len() => (416, Vec::new(), format!("bytes */{}", bytes.len())),
            Some((from, to)) => (206, bytes[from..=to].to_vec(), format!("bytes {from}-{to}/{}", bytes.len())),
            None => (200, bytes.to_vec(), String::new()),
        };
        let answer = Answer { status, body, ..Answer::default() }.with("ETag", etag);
        if range.is_empty() { answer } else { answer.with("Content-Range", &range) }
    }
    /// A file of a server that knows neither ranges nor ETags.
    pub fn plain(bytes: &[u8]) -> Answer {
        Answer { status: 200, body: bytes.to_vec(), ..Answer::default() }
    }
}

pub struct Web {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    sent: Arc<Mutex<u64>>,
}

impl Web {
    pub fn serve(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Web {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let web = Web { url, asked: Arc::default(), sent: Arc::default() };
        let (asked, sent, answer) = (web.asked.clone(), web.sent.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, sent, answer) = (asked.clone(), sent.clone(), answer.clone());
                std::thread::spawn(move || {
                    let _ = talk(stream, &asked, &sent, &*answer);
                });
            }
        });
        web
    }
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
    /// The requests so far, and from now on none.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
    /// Bytes of bodies sent so far, and from now on none.
    pub fn sent(&self) -> u64 {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

fn talk(
    mut stream: TcpStream,
    log: &Mutex<Vec<Asked>>,
    sent: &Mutex<u64>,
    answer: &dyn Fn(&Asked) -> Answer,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let asked = Asked { path, headers };
    let answer = answer(&asked);
    log.lock().unwrap().push(asked);
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", answer.status);
    head += &format!("Content-Length: {}\r\n", answer.body.len());
    answer.headers.iter().for_each(|(n, v)| head += &format!("{n}: {v}\r\n"));
    stream.write_all((head + "\r\n").as_bytes())?;
    let body = &answer.body[..answer.cut.unwrap_or(answer.body.len()).min(answer.body.len())];
    for piece in body.chunks(64 << 10) {
        stream.write_all(piece)?;
        *sent.lock().unwrap() += piece.len() as u64;
        answer.slow.into_iter().for_each(std::thread::sleep);
    }
    stream.flush()
}
