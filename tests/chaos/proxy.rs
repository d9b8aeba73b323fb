//! A proxy in front of Elasticsearch that the test owns: it passes requests on, or is the network at its worst.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub enum Mode {
    Pass,
    /// Connections are refused or break.
    Cut,
    /// Each request waits.
    Delay(Duration),
    /// The request is carried out, its answer never comes.
    SwallowAnswers,
    /// `_bulk` is answered with this status, and not passed on.
    Status(u16),
    /// `_bulk` is carried out, and answered with what is no answer to it.
    Garbage,
}

pub struct Proxy {
    port: u16,
    mode: Arc<Mutex<Mode>>,
}

impl Proxy {
    pub fn start(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = Arc::new(Mutex::new(Mode::Pass));
        let (target, shared) = (target.to_owned(), mode.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (target, mode) = (target.clone(), shared.clone());
                std::thread::spawn(move || drop(serve(&client, &target, &mode)));
            }
        });
        Self { port, mode }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }
}

/// Requests of one connection, each over a connection of its own to the server.
fn serve(client: &TcpStream, target: &str, mode: &Mutex<Mode>) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    loop {
        let Some((head, body)) = read_message(&mut reader)? else { return Ok(()) };
        let mode = *mode.lock().unwrap();
        let is_bulk = head.split(' ').nth(1).is_some_and(|path| path.contains("_bulk"));
        match mode {
            Mode::Cut => return client.shutdown(Shutdown::Both),
            Mode::Delay(time) => std::thread::sleep(time),
            Mode::Status(status) if is_bulk => {
                respond(client, status, r#"{"error":{"type":"chaos","reason":"scripted"}}"#)?;
                continue;
            }
            _ => {}
        }
        let (answer_head, answer) = forward(target, &head, &body)?;
        match mode {
            Mode::SwallowAnswers => return client.shutdown(Shutdown::Both),
            Mode::Garbage if is_bulk => respond(client, 200, r#"{"errors":false,"items":[]}"#)?,
            _ => {
                let mut client = client;
                client.write_all(answer_head.as_bytes())?;
                client.write_all(&answer)?;
            }
        }
    }
}

fn forward(target: &str, head: &str, body: &[u8]) -> std::io::Result<(String, Vec<u8>)> {
    let server = TcpStream::connect(target)?;
    server.set_read_timeout(Some(Duration::from_secs(60)))?;
    (&server).write_all(head.as_bytes())?;
    (&server).write_all(body)?;
    let answer = read_message(&mut BufReader::new(&server))?;
    answer.ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
}

pub fn respond(mut client: &TcpStream, status: u16, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(
        client,
        "HTTP/1.1 {status} Chaos\r\nx-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Head (with its blank line) and body of a request or an answer. Bodies have a `content-length`, or come in chunks.
pub fn read_message(reader: &mut impl BufRead) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut head = String::new();
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        head.push_str(&line);
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    while chunked {
        let mut size = String::new();
        reader.read_line(&mut size)?;
        let count = usize::from_str_radix(size.trim(), 16).map_err(std::io::Error::other)?;
        let mut chunk = vec![0; count + 2];
        reader.read_exact(&mut chunk)?;
        body.extend_from_slice(size.as_bytes());
        body.extend_from_slice(&chunk);
        chunked = count > 0;
    }
    Ok(Some((head, body)))
}
