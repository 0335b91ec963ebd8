//! One of the clients: it runs one script after the other, and checks the answers.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::ledger::Ledger;
use super::model::without_dates;
use super::random::Random;
use super::script::{End, Part, Script};
use crate::support::{BOUND, Client};

/// How many may take their answers late at the same time.
const LATE: u64 = 8;

/// How many answers others get before they do.
const FIRST: u64 = 200;

/// Once in how many connections a client would.
const SELDOM: usize = 40;

/// What the clients have in common.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) ledger: Ledger,
    pub(super) is_over: AtomicBool,
    /// How many connections were begun.
    pub(super) connections: AtomicU64,
    /// How many times a client got what it had to.
    pub(super) answers: AtomicU64,
    /// How many take their answers late at the moment, and how many have.
    late: AtomicU64,
    pub(super) late_ones: AtomicU64,
}

/// A client.
#[derive(Debug)]
pub(super) struct Odd<'a> {
    pub(super) shared: &'a Shared,
    pub(super) service: SocketAddr,
    pub(super) text: &'a str,
    pub(super) seed: u64,
    pub(super) number: u8,
}

impl Odd<'_> {
    /// Makes one connection after the other, until it is over. The first that goes otherwise than it
    /// had to is the error.
    pub(super) fn run(&self) -> Result<(), String> {
        let mut above = 0;
        for turn in 0.. {
            if self.shared.is_over.load(Ordering::Relaxed) {
                break;
            }
            let mut random = Random::new(self.seed, u64::from(self.number) << 32 | turn);
            let script = self.script(&mut random, turn);
            let peer = SocketAddr::from(([127, 1, 0, self.number], port(turn)));
            let ledger = &self.shared.ledger;
            ledger.expect(peer, &script.records, script.end == End::Torn, above);
            let number = self
                .carry_out(&script, peer, random)
                .and_then(|()| ledger.settle(peer))
                .map_err(|error| {
                    format!(
                        "client {} on connection {turn}, {peer}: {error}",
                        self.number
                    )
                })?;
            above = number.unwrap_or(above);
            if script.is_late {
                self.shared.late.fetch_sub(1, Ordering::Relaxed);
                self.shared.late_ones.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    fn script(&self, random: &mut Random, turn: u64) -> Script {
        let tag = format!("{}-{turn}", self.number);
        if random.once_in(SELDOM) {
            if self.shared.late.fetch_add(1, Ordering::Relaxed) < LATE {
                return Script::late(random, &tag, self.text);
            }
            self.shared.late.fetch_sub(1, Ordering::Relaxed);
        }
        Script::new(random, &tag, self.text)
    }

    fn carry_out(&self, script: &Script, peer: SocketAddr, random: Random) -> Result<(), String> {
        self.shared.connections.fetch_add(1, Ordering::Relaxed);
        let mut connection = Connection {
            client: connect(self.service, peer, script.is_late)
                .map_err(|error| error.to_string())?,
            random,
            sent: Vec::new(),
        };
        if script.end == End::Torn {
            connection.tear(&script.parts);
            return Ok(());
        }
        let mut parts = &script.parts[..];
        while !parts.is_empty() {
            let length = connection.group(parts, script.end);
            let (group, behind) = parts.split_at(length);
            parts = behind;
            self.ask(&mut connection, group, script, parts.is_empty())
                .map_err(|error| format!("{error}\n   sent: {}", connection.sent.escape_ascii()))?;
        }
        if script.end == End::Reset {
            reset(&connection.client);
        }
        Ok(())
    }

    /// Sends some parts, and expects their answers.
    fn ask(
        &self,
        connection: &mut Connection,
        group: &[Part],
        script: &Script,
        is_last: bool,
    ) -> Result<(), String> {
        let bytes: Vec<_> = group.iter().flat_map(|part| &part.bytes).copied().collect();
        let expected: String = group.iter().map(|part| &*part.answer).collect();
        let is_whole = script.is_late || script.end == End::ServedAtOnce && is_last;
        connection
            .send(&bytes, is_whole)
            .map_err(|error| format!("sending: {error}"))?;
        if is_last && script.end == End::Finished {
            let finished = connection.client.0.shutdown(Shutdown::Write);
            finished.map_err(|error| format!("finishing: {error}"))?;
        }
        if script.is_late {
            self.let_others_go_first()?;
        }
        let ends = is_last && matches!(script.end, End::Served | End::ServedAtOnce | End::Finished);
        connection.read(&expected, ends)?;
        self.shared.answers.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn let_others_go_first(&self) -> Result<(), String> {
        let answers = || self.shared.answers.load(Ordering::Relaxed);
        let (enough, deadline) = (answers() + FIRST, Instant::now() + BOUND);
        while answers() < enough && !self.shared.is_over.load(Ordering::Relaxed) {
            if Instant::now() > deadline {
                return Err(format!(
                    "no {FIRST} answers to others while this one takes none"
                ));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

/// A connection of a client's, and what it has sent on it.
struct Connection {
    client: Client,
    random: Random,
    sent: Vec<u8>,
}

impl Connection {
    /// How many of these parts are sent before an answer is awaited.
    fn group(&mut self, parts: &[Part], end: End) -> usize {
        // The last one goes alone.
        let most = if end == End::ServedAtOnce && parts.len() > 1 {
            parts.len() - 1
        } else {
            parts.len()
        };
        let length = self.random.pick(&[1, 1, 2, 5, 20]);
        length.min(most)
    }

    fn send(&mut self, bytes: &[u8], is_whole: bool) -> io::Result<()> {
        let longest = if is_whole || self.random.once_in(3) {
            bytes.len()
        } else {
            // A few hundred pieces at most.
            self.random.pick(&[1, 7, 100, 1_500]).max(bytes.len() / 200)
        };
        let pauses = self.random.once_in(4);
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = if is_whole {
                rest.len()
            } else {
                1 + self.random.below(longest.min(rest.len()))
            };
            let (piece, behind) = rest.split_at(length);
            self.client.0.write_all(piece)?;
            self.sent.extend_from_slice(piece);
            rest = behind;
            if pauses && self.random.once_in(5) {
                let pause = self.random.below(5_000);
                thread::sleep(Duration::from_micros(pause.try_into().unwrap()));
            }
        }
        Ok(())
    }

    /// Expects these answers, and the end if they are the last.
    fn read(&mut self, expected: &str, ends: bool) -> Result<(), String> {
        let mut seen = Vec::new();
        let length = if ends {
            u64::MAX
        } else {
            expected.len() as u64
        };
        let result = (&self.client.0).take(length).read_to_end(&mut seen);
        let seen = without_dates(&seen);
        let what = match result {
            Ok(_) if seen == expected => return Ok(()),
            Ok(_) => "another answer".to_owned(),
            Err(error) => error.to_string(),
        };
        let same = expected.bytes().zip(seen.bytes());
        let same = same.take_while(|(due, seen)| due == seen).count();
        let shown = |text: &str| part_of(text, same).escape_debug().to_string();
        let (due, seen) = (shown(expected), shown(&seen));
        Err(format!(
            "{what}: the same up to {same}\n    due: {due}\n   seen: {seen}"
        ))
    }

    /// Sends some of it, and vanishes.
    fn tear(&mut self, parts: &[Part]) {
        let mut bytes = parts
            .iter()
            .flat_map(|part| &part.bytes)
            .copied()
            .collect::<Vec<_>>();
        bytes.truncate(1 + self.random.below(bytes.len()));
        // Fails only where the service has ended it, which a client that vanishes does not see.
        let _ = self.send(&bytes, false);
        if self.random.once_in(2) {
            reset(&self.client);
        }
    }
}

/// What stands around a byte.
fn part_of(text: &str, at: usize) -> String {
    let around = at.saturating_sub(300)..text.len().min(at + 300);
    String::from_utf8_lossy(&text.as_bytes()[around]).into_owned()
}

/// With nothing to linger for, closing resets.
fn reset(client: &Client) {
    let socket = socket2::SockRef::from(&client.0);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
}

/// The port of a client's connection.
fn port(turn: u64) -> u16 {
    u16::try_from(20_000 + turn % 40_000).unwrap()
}

fn connect(service: SocketAddr, peer: SocketAddr, is_late: bool) -> io::Result<Client> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    if is_late {
        socket.set_recv_buffer_size(4_096)?;
    }
    socket.set_tcp_nodelay(true)?;
    socket.set_read_timeout(Some(BOUND))?;
    socket.set_write_timeout(Some(BOUND))?;
    socket.bind(&peer.into())?;
    socket.connect(&service.into())?;
    Ok(Client(socket.into()))
}
