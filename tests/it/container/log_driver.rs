//! The log behind Docker's `json-file` driver, which splits a line over 16 KiB. Such a record is in several
//! entries, and `docker logs --timestamps` has a timestamp before each. With the image's `--log-body` a record
//! fits.

use crate::engine::{Container, docker};
use crate::support::{Client, HELLO, expect_answer};

/// The longest line of one entry, with its line end.
const LONGEST: usize = 16 << 10;

/// What the image keeps of a body.
const KEPT: usize = 11 << 10;

/// The length of a timestamp and the space behind it: `2026-11-26T10:56:11.160384123Z `.
const TIMESTAMP: usize = 31;

/// A head as behind a proxy: 800 bytes.
fn head(length: usize) -> String {
    let head = format!("POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nX: ");
    format!("{head}{}\r\n\r\n", "x".repeat(800 - head.len() - 4))
}

/// A service that logs in this format, behind the driver.
#[track_caller]
fn start(format: &str, options: &[&str]) -> (Container, Client) {
    let format = format!("--env=HELLOWIRE_LOG={format}");
    let driver = ["--log-driver=json-file", &format];
    let container = Container::run(&[&driver, options].concat(), &[]);
    let client = Client::connect(container.address());
    (container, client)
}

/// Sends requests with these bodies, and waits for the answers.
#[track_caller]
fn post(client: &mut Client, bodies: &[Vec<u8>]) {
    for body in bodies {
        client.send([head(body.len()).as_bytes(), body].concat());
        expect_answer(&client.read_answer(), 200, HELLO);
    }
}

/// Ends the service: its records, and in how many entries each is.
#[track_caller]
fn records(container: &Container) -> Vec<(String, usize)> {
    docker(&["stop", &container.name]);
    let lines = docker(&["logs", &container.name]);
    let stamped = docker(&["logs", "--timestamps", &container.name]);
    assert_eq!(lines.lines().count(), stamped.lines().count());
    let pairs = lines.lines().zip(stamped.lines());
    pairs
        .map(|(line, stamped)| (line.to_owned(), (stamped.len() - line.len()) / TIMESTAMP))
        .collect()
}

#[test]
#[ignore = "needs a container engine"]
fn a_record_over_16_kib_is_in_several_entries_and_docker_logs_joins_them() {
    for format in ["json", "line"] {
        let (container, mut client) = start(format, &["--env=HELLOWIRE_LOG_BODY=1MiB"]);
        let text = |length| vec![b'a'; length];
        let first = 15 << 10;
        post(&mut client, &[text(first)]);
        // Of the same length as the first, but for the body: all its numbers have as many digits.
        let longest = first + LONGEST - (container.records().lines.next().len() + 1);
        post(
            &mut client,
            &[longest, longest + 1, 17 << 10, 70 << 10].map(text),
        );
        let records = records(&container);
        let entries: Vec<_> = records.iter().map(|(_, entries)| *entries).collect();
        assert_eq!(entries, [1, 1, 2, 2, 5], "{format}");
        assert_eq!(records[1].0.len() + 1, LONGEST, "{format}");
        let long = "a".repeat(70 << 10);
        assert!(records[4].0.contains(&long), "{format}");
    }
}

#[test]
#[ignore = "needs a container engine"]
fn by_the_images_default_a_record_is_in_one_entry() {
    for (format, part) in [
        ("json", &b"a"[..]),
        ("line", b"a"),
        ("json", b"{\"event\": \"push\"},\n"),
        ("line", b"{\"event\": \"push\"},\n"),
        ("json", "界".as_bytes()),
        // In base64.
        ("json", b"\xff"),
    ] {
        let (container, mut client) = start(format, &[]);
        // No character is cut.
        let body = |length: usize| part.repeat(length / part.len());
        post(&mut client, &[KEPT, 17 << 10, 70 << 10].map(body));
        let records = records(&container);
        let lengths: Vec<_> = records.iter().map(|(line, _)| line.len() + 1).collect();
        println!(
            "{format}, {:?}: {lengths:?} bytes",
            part.escape_ascii().to_string()
        );
        for ((line, entries), is_cut) in records.iter().zip([false, true, true]) {
            assert_eq!(*entries, 1, "{format}: {line}");
            assert_eq!(line.contains("omitted"), is_cut, "{format}: {line}");
        }
    }
}
