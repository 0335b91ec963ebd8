//! A service with the page, its records as the log has them, and what the page has of each.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::{Client, Service};

/// A service with the page, and with each record in its log.
pub(super) struct Shown {
    pub(super) service: Service,
    page: SocketAddr,
}

/// A record as the log has it.
pub(super) struct Record {
    pub(super) value: Value,
    pub(super) raw: Vec<u8>,
}

/// A record, and what the page has of it.
pub(super) struct Copied {
    pub(super) record: Record,
    pub(super) view: Value,
}

impl Shown {
    pub(super) fn start(launch: impl FnOnce(&[&str]) -> Service) -> Self {
        let service = launch(&[
            "--log",
            "json-full",
            "--log-body",
            "1MiB",
            "--inspect",
            "127.0.0.1:0",
            "--inspect-keep",
            "256MiB",
        ]);
        let said = service.stderr.until("inspect at ").pop().unwrap();
        let page = said.trim_end_matches('/').rsplit('/').next().unwrap();
        let page = page.parse().unwrap();
        Self { service, page }
    }

    /// Sends it and ends.
    fn send(&self, bytes: &[u8]) {
        let mut client = self.service.connect();
        client.send(bytes);
        client.finish();
        client.read_to_end();
    }

    /// The next records in the log, up to so many bytes, by connection.
    #[track_caller]
    pub(super) fn records(&self, bytes: usize) -> Vec<Record> {
        let (mut records, mut seen) = (Vec::new(), 0);
        while seen < bytes {
            let line = self.service.stdout.next();
            let value: Value = serde_json::from_str(&line).unwrap();
            let raw = match (value["raw"].as_str(), value["raw_base64"].as_str()) {
                (Some(text), _) => text.as_bytes().to_vec(),
                (_, Some(base64)) => STANDARD.decode(base64).unwrap(),
                // An answer.
                _ => continue,
            };
            seen += raw.len();
            records.push(Record { value, raw });
        }
        records.sort_by_key(|record| {
            let number = |name: &str| record.value[name].as_u64().unwrap();
            (number("connection"), number("request"))
        });
        records
    }

    /// What the page answers.
    #[track_caller]
    fn fetch(&self, target: &str) -> Vec<u8> {
        let mut client = Client::connect(self.page);
        client.send(format!(
            "GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ));
        let mut answer = Vec::new();
        client.0.read_to_end(&mut answer).unwrap();
        let head = memchr::memmem::find(&answer, b"\r\n\r\n").unwrap() + 4;
        let body = answer.split_off(head);
        assert!(
            answer.starts_with(b"HTTP/1.1 200 "),
            "{target}: {} {}",
            answer.escape_ascii(),
            body.escape_ascii()
        );
        body
    }

    #[track_caller]
    fn fetch_json(&self, target: &str) -> Value {
        serde_json::from_slice(&self.fetch(target)).unwrap()
    }

    /// The names of the records on the page, by connection and request.
    fn names(&self, count: usize) -> HashMap<String, String> {
        let mut names = HashMap::new();
        let mut place = "0".to_owned();
        while names.len() < count {
            let answer = self.fetch_json(&format!("/records?after={place}"));
            answer["next"].as_str().unwrap().clone_into(&mut place);
            let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
            let rows = answer["records"].as_array().unwrap();
            names.extend(
                rows.iter()
                    .map(|row| (text(row, "number"), text(row, "id"))),
            );
        }
        names
    }

    /// Sends the requests, each on a connection of its own, and fetches their records.
    pub(super) fn copied(&self, requests: &[Vec<u8>]) -> Vec<Copied> {
        for request in requests {
            self.send(request);
        }
        self.fetched(&requests.concat())
    }

    /// The next records and what the page has of them. The downloads have to be the bytes that were sent.
    #[track_caller]
    pub(super) fn fetched(&self, sent: &[u8]) -> Vec<Copied> {
        let records = self.records(sent.len());
        let names = self.names(records.len());
        let mut downloads = Vec::new();
        let copied = records.into_iter().map(|record| {
            let number = format!("{}.{}", record.value["connection"], record.value["request"]);
            let target = format!("/records/{}", names[&number]);
            let download = self.fetch(&target);
            assert_eq!(download, record.raw, "{number}");
            downloads.extend(download);
            let view = self.fetch_json(&format!("{target}/view?lang=en"));
            Copied { record, view }
        });
        let copied = copied.collect();
        assert!(downloads == sent, "the downloads are not what was sent");
        copied
    }
}

impl Copied {
    /// One of the two commands.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.view[name]["text"].as_str()
    }

    /// Saves the record as a browser does.
    pub(super) fn save(&self, directory: &Path) {
        let (connection, request) = (
            &self.record.value["connection"],
            &self.record.value["request"],
        );
        let name = format!("hellowire-{connection}-{request}.bin");
        fs::write(directory.join(name), &self.record.raw).unwrap();
    }
}
