//! Makes the records of the requests that one read completes.
//!
//! The recorder opens it for each read, and enqueues what is left in the batch.
//!
//! # Invariants
//!
//! All records of one read have the same time.

use std::time::SystemTime;

use super::batch::Batch;
use super::blocks::BLOCK;
use super::connection::Connection;
use super::followers::Followers;
use super::queue::Queue;
use super::record::Record;
use super::worker_log::{Buffers, WorkerLog};
use crate::capture::{Captured, State};

/// Takes the captured requests of one read.
#[derive(Debug)]
pub(crate) struct Entries<'a> {
    /// None without a log.
    pub(super) open: Option<Open<'a>>,
}

/// What makes and enqueues the records of one read, for one connection.
#[derive(Debug)]
pub(super) struct Open<'a> {
    pub(super) connection: &'a Connection,
    pub(super) log: &'a WorkerLog,
    pub(super) push: fn(&Queue, &mut Batch),
    pub(super) buffers: &'a mut Buffers,
    pub(super) followers: Option<&'a mut Followers>,
    /// No answer is given any more.
    pub(super) is_over: bool,
    /// The time of the records. None before the first.
    pub(super) time: Option<SystemTime>,
    /// The status of the answer to the next request that is not refused.
    pub(super) status: u16,
}

impl Entries<'_> {
    /// Adds a record, unless the request is not selected or more than the count.
    pub(crate) fn add(&mut self, request: Captured<'_>) {
        if let Some(open) = &mut self.open {
            open.add(request);
        }
    }

    /// As [`add`](Self::add), for a request whose answer has this status.
    pub(crate) fn add_answered(&mut self, request: Captured<'_>, status: u16) {
        if let Some(open) = &mut self.open {
            open.status = status;
            open.add(request);
        }
    }
}

impl Open<'_> {
    fn add(&mut self, request: Captured<'_>) {
        let time = self.record_time(&request);
        let answered = match &mut self.followers {
            Some(followers) => {
                let (status, is_over) = (self.status, self.is_over);
                followers.add(&request, time, status, is_over, self.connection)
            }
            None => None,
        };
        let Some(time) = time else { return };
        let record = Record {
            time,
            connection: self.connection,
            status: self.status(request.state),
            request,
        };
        let Buffers { formatter, batch } = &mut *self.buffers;
        if self.log.writes.records {
            batch.add(|bytes| formatter.write(&record, bytes));
        }
        if let Some(answered) = answered {
            batch.add(|bytes| formatter.write_answered(&answered, bytes));
        }
        if batch.bytes().len() >= BLOCK {
            (self.push)(&self.log.queue, batch);
        }
    }

    /// The time of the request's record. None if it has no record. Keeps a copy for `--inspect`, also of a record
    /// that the sink does not get any more.
    fn record_time(&mut self, request: &Captured<'_>) -> Option<SystemTime> {
        if !self.log.takes(request) {
            return None;
        }
        if let Some(recent) = &self.log.recent {
            recent.keep(self.time(), self.connection, request);
        }
        if self.log.queue.is_dead() {
            self.log.queue.count_dropped();
            return None;
        }
        Some(self.time())
    }

    /// The time of this read: its requests were complete at the same moment.
    fn time(&mut self) -> SystemTime {
        *self.time.get_or_insert_with(SystemTime::now)
    }

    /// The status that the service answers with.
    fn status(&self, state: State) -> Option<u16> {
        match state {
            State::Complete | State::Unparsed => Some(self.status).filter(|_| !self.is_over),
            State::Refused(refusal) => Some(refusal.rule().status),
            State::Incomplete | State::Late => None,
        }
    }
}
