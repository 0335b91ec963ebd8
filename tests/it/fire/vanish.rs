//! Clients vanish in the middle of a head, a body or an answer, with FIN and with RST, again and again.
//! The service keeps nothing of them but their records.

use std::io::Read;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;

use super::{length, wait_for_rest};
use crate::support::{Client, HELLO, Service, expect_answer, memory};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const BODY: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf";

/// The number of permits: few, so that the test soon notices one that is not returned.
const PERMITS: usize = 4;
const LIMITS: [&str; 4] = ["--workers", "2", "--max-connections", "4"];

/// How many answers are asked for at once, of how many bytes each: more than the kernel holds.
const MANY: usize = 30;
const LONG: usize = 100_000;

/// A client that vanishes: after these bytes, or in the middle of the answers to them.
#[derive(Debug, Clone)]
struct Vanishing {
    sends: String,
    takes_some: bool,
    resets: bool,
}

impl Vanishing {
    fn vanish(&self, address: SocketAddr) {
        let mut client = Client::connect(address);
        client.send(&self.sends);
        if self.takes_some {
            client.0.read_exact(&mut [0; 1000]).unwrap();
        }
        if self.resets {
            let at_once = Some(Duration::ZERO);
            SockRef::from(&client.0).set_linger(at_once).unwrap();
        }
    }
}

/// One in the middle of a head, of a body, before its answer and in the middle of it, each in both
/// ways.
fn all() -> Vec<Vanishing> {
    let kinds = [
        ("GET / HT".to_owned(), false),
        (BODY.to_owned(), false),
        (GET.to_owned(), false),
        (GET.repeat(MANY), true),
    ];
    let both = |(sends, takes_some): (String, bool)| {
        [false, true].map(|resets| Vanishing {
            sends: sends.clone(),
            takes_some,
            resets,
        })
    };
    kinds.into_iter().flat_map(both).collect()
}

#[test]
fn nothing_of_clients_that_vanish_stays_but_their_records() {
    let times = length(250, 10_000);
    let text = "x".repeat(LONG);
    let service = Service::start(&[&LIMITS[..], &["--text", &text]].concat());
    let id = service.id();
    let clients = all();
    let round = |times| {
        for _ in 0..times {
            for client in &clients {
                client.vanish(service.address());
            }
        }
        wait_for_rest(id);
        memory(id, "VmRSS")
    };
    // Whatever is kept for the next connections.
    let first = round(times / 5);
    let last = round(times - times / 5);
    // All permits are free.
    let mut held: Vec<_> = (0..PERMITS).map(|_| service.connect()).collect();
    for client in &mut held {
        client.send(GET);
        expect_answer(&client.read_answer(), 200, &text);
    }
    drop(held);
    let records = service.stop().stdout;
    let count = |end: &str| {
        records
            .iter()
            .filter(|record| record.ends_with(end))
            .count()
    };
    let whole = count(r#"Host: a\r\n\r\n""#);
    let (early_head, early_body) = (
        count("refused 400: the head ended early (RFC 9112 8)"),
        count("refused 400: the body ended early (RFC 9112 8)"),
    );
    let incomplete = count(" incomplete");
    println!(
        "{times} of each: {first} kB after the first {}, {last} kB at the end; {whole} whole records, \
         {early_head} heads and {early_body} bodies that ended early, {incomplete} incomplete",
        times / 5
    );
    // The service reads all that a client has sent before FIN. A reset may come before the service reads.
    assert!(early_head == times && early_body == times && incomplete <= 2 * times);
    assert!((3 * times..=(2 + 2 * MANY) * times + PERMITS).contains(&whole));
    assert_eq!(records.len(), whole + early_head + early_body + incomplete);
    assert!(last < first + 4_000, "{first} kB, then {last} kB");
}

#[test]
fn nor_does_anything_of_them_in_raw() {
    let times = length(250, 10_000);
    let service = Service::raw(&LIMITS);
    for resets in [false, true] {
        let client = Vanishing {
            sends: "hi".to_owned(),
            takes_some: false,
            resets,
        };
        for _ in 0..times {
            client.vanish(service.address());
        }
    }
    wait_for_rest(service.id());
    assert!(service.exchange("bye").ends_with(HELLO));
    let records = service.stop().stdout.len();
    println!("{times} of each: {records} records in raw");
    assert!(records > times && records <= 2 * times + 1, "{records}");
}
