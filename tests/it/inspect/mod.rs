//! The page of `--inspect`, by literal requests: who may ask, what is answered, and what the options change.

/// Who may ask, and the fields of every answer.
mod guard;
/// When it listens, and what stays as it is.
mod listener;
/// The options, and what is said of them.
mod options;
/// The records, and what is asked of them.
mod records;

use std::io::Read as _;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::support::{BOUND, Client, Service, program};

/// A request of the service's, which has a record.
const GET: &str = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

/// A service with a page.
struct Inspected {
    service: Service,
    /// Where the page is.
    page: SocketAddr,
    /// What the announced URL has behind its `#`.
    token: Option<String>,
}

/// An answer of the page's.
#[derive(Debug)]
struct Answer {
    status: u16,
    /// The fields, with their names in small letters, as they came.
    head: String,
    body: Vec<u8>,
}

impl Inspected {
    /// The HTTP service with one worker and a page, on free ports, with these options too.
    #[track_caller]
    fn start(options: &[&str]) -> Self {
        Self::launch(program().args(["--inspect", "127.0.0.1:0"]).args(options))
    }

    /// The raw service with a page.
    #[track_caller]
    fn raw(options: &[&str]) -> Self {
        Self::launch(
            program()
                .args(["raw", "--inspect", "127.0.0.1:0"])
                .args(options),
        )
    }

    /// What `command` starts, on a free port and with one worker.
    #[track_caller]
    fn launch(command: &mut Command) -> Self {
        command.args(["--listen", "127.0.0.1:0", "--workers", "1"]);
        Self::of(Service::launch(command))
    }

    /// A service that says where its page is, in whatever language.
    #[track_caller]
    fn of(service: Service) -> Self {
        Self::said_as("inspect at ", service)
    }

    /// The same, where these words stand before its URL.
    #[track_caller]
    fn said_as(words: &str, service: Service) -> Self {
        let (page, token) = page_and_token(words, &service);
        Self {
            service,
            page,
            token,
        }
    }

    /// Sends the service a request, and waits for its answer: then it has a record.
    #[track_caller]
    fn request(&self, bytes: impl AsRef<[u8]>) {
        self.service.exchange(bytes);
    }

    /// Waits until so many records are kept. That of a refused request comes behind its answer.
    #[track_caller]
    fn wait_for(&self, count: u64) {
        let mut place = self.place();
        while place.rsplit('.').next().unwrap().parse::<u64>().unwrap() < count {
            let json = self.json(&format!("/records?after={place}"));
            json["next"].as_str().unwrap().clone_into(&mut place);
        }
    }

    /// What is asked by GET, with the token where there is one.
    fn get(&self, target: &str) -> String {
        let authorization = self.token.as_ref();
        let authorization = authorization.map(|token| format!("Authorization: Bearer {token}\r\n"));
        format!(
            "GET {target} HTTP/1.1\r\nHost: {}\r\n{}\r\n",
            self.page,
            authorization.unwrap_or_default()
        )
    }

    /// A request that was sent, and is not answered yet.
    #[track_caller]
    fn ask(&self, target: &str) -> Client {
        let mut client = Client::connect(self.page);
        client.send(self.get(target));
        client
    }

    /// The answer to a GET.
    #[track_caller]
    fn answer(&self, target: &str) -> Answer {
        answer(self.ask(target))
    }

    /// The answer to these bytes.
    #[track_caller]
    fn exchange(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let mut client = Client::connect(self.page);
        client.send(&bytes);
        read(client, !bytes.as_ref().starts_with(b"HEAD "))
    }

    /// The JSON of a target.
    #[track_caller]
    fn json(&self, target: &str) -> Value {
        json(&self.answer(target))
    }

    /// The rows of `/records` with this query.
    #[track_caller]
    fn rows(&self, query: &str) -> Vec<Value> {
        let json = self.json(&format!("/records?{query}"));
        json["records"].as_array().unwrap().clone()
    }

    /// The `line` of each of these rows.
    #[track_caller]
    fn lines(&self, query: &str) -> Vec<String> {
        let rows = self.rows(query).into_iter();
        rows.map(|row| row["line"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The place behind all records.
    #[track_caller]
    fn place(&self) -> String {
        let json = self.json("/records");
        json["next"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    fn has_field(&self, name: &str, value: &str) -> bool {
        self.head.contains(&format!("\r\n{name}: {value}\r\n"))
    }

    fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}

/// Asks until the answer has this status.
#[track_caller]
fn expect_in_the_end(page: &Inspected, target: &str, status: u16) -> Answer {
    let start = Instant::now();
    loop {
        let answer = page.answer(target);
        if answer.status == status {
            return answer;
        }
        assert!(start.elapsed() < BOUND, "{answer:?}");
    }
}

/// Where the page of a service is.
#[track_caller]
pub(crate) fn page(service: &Service) -> SocketAddr {
    page_and_token("inspect at ", service).0
}

/// Where the page of a service is, and what its URL has behind `#`.
#[track_caller]
fn page_and_token(words: &str, service: &Service) -> (SocketAddr, Option<String>) {
    let said = service.stderr.until(words).pop().unwrap();
    let url = said.split_once("http://").map(|(_, url)| url);
    let (page, token) = url.and_then(|url| url.split_once('/')).unwrap();
    let page = page
        .parse()
        .unwrap_or_else(|error| panic!("{said}: {error}"));
    (page, token.strip_prefix('#').map(str::to_owned))
}

/// The whole answer to what this client has asked.
#[track_caller]
fn answer(client: Client) -> Answer {
    read(client, true)
}

/// An answer. One to a HEAD has no body.
#[track_caller]
fn read(mut client: Client, has_body: bool) -> Answer {
    let (mut bytes, mut more) = (Vec::new(), [0; 4096]);
    loop {
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(end) = end {
            let head = str::from_utf8(&bytes[..end + 2]).unwrap();
            let mut fields = head.split("\r\n");
            let length = fields.find_map(|field| field.strip_prefix("content-length: "));
            let length: usize = length.unwrap_or_else(|| panic!("{head}")).parse().unwrap();
            let rest = bytes.len() - (end + 4);
            if !has_body || rest >= length {
                return Answer {
                    status: head[9..12].parse().unwrap(),
                    head: head.to_owned(),
                    body: bytes.split_off(end + 4),
                };
            }
        }
        let count = client.0.read(&mut more).unwrap();
        assert!(count > 0, "cut: {}", bytes.escape_ascii());
        bytes.extend_from_slice(&more[..count]);
    }
}

/// The JSON of an answer that has some.
#[track_caller]
fn json(answer: &Answer) -> Value {
    let is_json = answer.status == 200 && answer.has_field("content-type", "application/json");
    assert!(is_json, "{answer:?}");
    serde_json::from_slice(&answer.body).unwrap()
}
