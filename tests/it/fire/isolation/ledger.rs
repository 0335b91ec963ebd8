//! Compares each record, as it arrives, with the expected records of its connection.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Condvar, Mutex};
use std::time::Instant;

use super::model::Record;
use crate::support::BOUND;

/// The records that are due, by the peers that they name: each client has an address of its own, and
/// a port for each connection.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pages: Mutex<Pages>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Pages {
    due: HashMap<SocketAddr, Due>,
    /// Each client's torn connections that are still in `due`, the oldest first.
    torn: HashMap<IpAddr, VecDeque<SocketAddr>>,
    /// The numbers of connections that have left records.
    numbers: HashSet<u64>,
    /// How many records have come.
    count: u64,
    /// One was another than had to come: no further one is taken.
    is_wrong: bool,
}

/// What a connection has still to leave.
#[derive(Debug)]
struct Due {
    records: VecDeque<Record>,
    /// The next request's number.
    next: u64,
    /// The connection's number, once a record has said it.
    number: Option<u64>,
    /// Higher than that of the client's connection before.
    above: u64,
    /// It was reset in the middle: any record may be the last, and that one be cut short.
    is_torn: bool,
}

/// How many torn connections of a client the ledger keeps. A torn connection may leave its last record
/// after the client has gone on. That record comes long before the client has torn this many more
/// connections; and the client tears more of them before it uses a port again.
const TORN_KEPT: usize = 32;

/// What may stand behind the bytes of a request that was torn.
const TORN: [&str; 3] = [
    " incomplete",
    " refused 400: the head ended early (RFC 9112 8)",
    " refused 400: the body ended early (RFC 9112 8)",
];

impl Ledger {
    /// A connection that will leave these, whose number is above that of another.
    pub(super) fn expect(&self, peer: SocketAddr, records: &[Record], is_torn: bool, above: u64) {
        let due = Due {
            records: records.iter().cloned().collect(),
            next: 1,
            number: None,
            above,
            is_torn,
        };
        let before = self.pages.lock().unwrap().due.insert(peer, due);
        assert!(before.is_none(), "{peer} is in use again: {before:?}");
    }

    /// Takes a record. What is wrong with it is the error.
    pub(super) fn take(&self, line: &str) -> Result<(), String> {
        let mut pages = self.pages.lock().unwrap();
        let result = pages.take(line);
        pages.is_wrong = result.is_err();
        drop(pages);
        self.changed.notify_all();
        result
    }

    /// Waits until a connection has left all its records. Returns its number. A torn connection is not
    /// waited for, and has no number.
    pub(super) fn settle(&self, peer: SocketAddr) -> Result<Option<u64>, String> {
        let deadline = Instant::now() + BOUND;
        let mut pages = self.pages.lock().unwrap();
        loop {
            if pages.is_wrong {
                return Ok(None);
            }
            let due = &pages.due[&peer];
            if due.is_torn {
                pages.settle_torn(peer);
                return Ok(None);
            }
            if due.records.is_empty() {
                return Ok(pages.due.remove(&peer).unwrap().number);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(format!("no record came\n    due: {}", due.records[0]));
            }
            pages = self.changed.wait_timeout(pages, left).unwrap().0;
        }
    }

    /// How many records there were, once all have come; and the highest number of a connection.
    pub(super) fn close(self) -> Result<(u64, u64), String> {
        let pages = self.pages.into_inner().unwrap();
        match pages.due.iter().find(|(_, due)| !due.is_torn) {
            Some((peer, due)) => Err(format!("{peer} is due {due:?}")),
            None => Ok((
                pages.count,
                pages.numbers.into_iter().max().unwrap_or_default(),
            )),
        }
    }
}

impl Pages {
    /// Notes a torn connection, and removes the client's oldest one where it has too many.
    fn settle_torn(&mut self, peer: SocketAddr) {
        let torn = self.torn.entry(peer.ip()).or_default();
        torn.push_back(peer);
        if torn.len() > TORN_KEPT
            && let Some(oldest) = torn.pop_front()
        {
            self.due.remove(&oldest);
        }
    }

    fn take(&mut self, line: &str) -> Result<(), String> {
        let wrong = |why: &str| Err(format!("{why}\n   seen: {line}"));
        let mut fields = line.splitn(3, ' ');
        let (Some(_), Some(Ok(peer)), Some(rest)) =
            (fields.next(), fields.next().map(str::parse), fields.next())
        else {
            return wrong("no record");
        };
        self.count += 1;
        let Some(due) = self.due.get_mut(&peer) else {
            return wrong("a record of a connection that has none left, or never was");
        };
        let said = rest.strip_prefix('#').and_then(|rest| rest.split_once('.'));
        let Some(number) = said.and_then(|(number, _)| number.parse().ok()) else {
            return wrong("a record without a number");
        };
        if due.number.is_none() && (!self.numbers.insert(number) || number <= due.above) {
            return wrong("a connection with the number of another");
        }
        due.number.get_or_insert(number);
        due.take(number, rest)
            .or_else(|expected| wrong(&format!("another record\n    due: {expected}")))
    }
}

impl Due {
    /// Holds a record, from its numbers on, against the next that is due.
    fn take(&mut self, number: u64, seen: &str) -> Result<(), String> {
        let Some(record) = self.records.pop_front() else {
            return Err("none".to_owned());
        };
        let number = self.number.unwrap_or(number);
        let expected = format!("#{number}.{} {record}", self.next);
        self.next += 1;
        if seen == expected {
            return Ok(());
        }
        if self.is_torn && is_part(seen, &record, &format!("#{number}.{} ", self.next - 1)) {
            self.records.clear();
            return Ok(());
        }
        Err(expected)
    }
}

/// Whether a record is of the first bytes of what another is of.
fn is_part(seen: &str, whole: &Record, numbers: &str) -> bool {
    let length = seen
        .strip_prefix(numbers)
        .and_then(|rest| rest.split_once(' '))
        .and_then(|(length, _)| length.parse().ok())
        .filter(|&length| (1..whole.raw.len()).contains(&length));
    let Some(length) = length else { return false };
    // Its head may have come, and be odd.
    let remarks = TORN
        .iter()
        .flat_map(|torn| [(*torn).to_owned(), format!("{torn}{}", whole.remark)]);
    let part = |remark| Record {
        raw: whole.raw[..length].to_vec(),
        remark,
        ..*whole
    };
    remarks
        .map(part)
        .any(|part| seen == format!("{numbers}{part}"))
}
