//! What follows the requests of one connection until their answers have left: for the formats that show answers,
//! and for the counts of `--inspect`.
//!
//! The recorder passes on to it what the protocol reports. Without such a format and without `--inspect` a
//! connection has none: the methods are not inlined, so that such a connection has little code to pass by.

use std::time::SystemTime;

use super::answers::Answers;
use super::connection::Connection;
use super::record::Answered;
use crate::capture::Captured;
use crate::metrics::Tally;

/// The followers of one connection.
#[derive(Debug)]
pub(super) struct Followers {
    /// None if the format has no answers.
    pub(super) answers: Option<Answers>,
    /// None without `--inspect`.
    tally: Option<Tally>,
}

impl Followers {
    /// Those that there are, if any.
    pub(super) fn new(answers: Option<Answers>, tally: Option<Tally>) -> Option<Box<Self>> {
        let is_any = answers.is_some() || tally.is_some();
        is_any.then(|| Box::new(Self { answers, tally }))
    }

    /// So many bytes have come. `begins`: no request was unfinished before them.
    #[inline(never)]
    pub(super) fn read(&mut self, bytes: usize, begins: bool) {
        if let Some(answers) = &mut self.answers {
            answers.read(begins);
        }
        if let Some(tally) = &mut self.tally {
            tally.read(bytes, begins);
        }
    }

    /// A request has ended. `time` is that of its record, and None without a record. `status` is that of its
    /// answer, if it is not refused. `is_over`: no answer is given any more. Returns what has become of the
    /// request, if it has a record and gets no answer later.
    #[inline(never)]
    pub(super) fn add<'a>(
        &mut self,
        request: &Captured<'a>,
        time: Option<SystemTime>,
        status: u16,
        is_over: bool,
        connection: &'a Connection,
    ) -> Option<Answered<'a>> {
        if let Some(tally) = &mut self.tally {
            tally.add(request.state, is_over);
        }
        let answers = self.answers.as_mut()?;
        if !is_over && answers.expects(request.state) {
            answers.add(request, time, status);
            return None;
        }
        Some(answers.unexpected(request, time?, connection))
    }

    /// The service has given the answer to the next request that is complete.
    #[inline(never)]
    pub(super) fn answered(&mut self) {
        if let Some(answers) = &mut self.answers {
            answers.answered();
        }
        if let Some(tally) = &mut self.tally {
            tally.answered();
        }
    }

    /// The service has given a refusal of this status to the unfinished request.
    #[inline(never)]
    pub(super) fn refused(&mut self, status: u16) {
        if let Some(answers) = &mut self.answers {
            answers.refused(status);
        }
        if let Some(tally) = &mut self.tally {
            tally.refused(status);
        }
    }

    /// All answers so far have left, or none leaves any more. Those for the log are still to be written.
    #[inline(never)]
    pub(super) fn count_end(&mut self, have_left: bool) {
        let Some(tally) = &mut self.tally else { return };
        if have_left {
            tally.sent();
        } else {
            tally.finish();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;

    use super::*;
    use crate::capture::State;
    use crate::capture::rules::BODY_CUT_SHORT;
    use crate::metrics::{Metrics, STATUSES};

    /// What a protocol reports, in any order.
    #[derive(Debug, Clone, Copy)]
    enum Event {
        Read(bool),
        Complete,
        Answered,
        Refused,
        Sent,
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            any::<bool>().prop_map(Event::Read),
            Just(Event::Complete),
            Just(Event::Answered),
            Just(Event::Refused),
            Just(Event::Sent),
        ]
    }

    /// How many requests were answered, refused, unanswered and incomplete by what `short` shows of them.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Outcomes([u64; 4]);

    impl Outcomes {
        fn add(&mut self, answered: Option<&Answered<'_>>) {
            let Some(answered) = answered else { return };
            self.0[match answered.status {
                Some(200) => 0,
                Some(_) => 1,
                None if answered.state == State::Incomplete => 3,
                None => 2,
            }] += 1;
        }
    }

    fn request(state: State) -> Captured<'static> {
        Captured {
            number: 1,
            raw: b"GET /",
            omitted: 0,
            state,
            head: 5,
            target: b"",
            odd: &[],
        }
    }

    proptest! {
        /// Whatever is reported, each request is counted as the format `short` shows it.
        #[test]
        fn the_counts_are_what_short_shows(
            events in proptest::collection::vec(event(), 0..40),
            last in prop_oneof![
                Just(None),
                Just(Some(State::Incomplete)),
                Just(Some(State::Refused(BODY_CUT_SHORT))),
            ],
            last_is_late: bool,
        ) {
            let metrics = Metrics::new(1);
            let tally = metrics.worker().unwrap().connection();
            let mut followers = Followers::new(Some(Answers::new()), Some(tally)).unwrap();
            let connection = Connection::new(SocketAddr::from(([127, 0, 0, 1], 1)), 7);
            let mut seen = Outcomes::default();
            let time = Some(UNIX_EPOCH);
            let mut is_refused = false;
            for event in events {
                match event {
                    Event::Read(begins) => followers.read(10, begins),
                    // Behind a refusal nothing is complete or refused.
                    Event::Complete | Event::Refused if is_refused => {}
                    Event::Complete => {
                        let whole = request(State::Complete);
                        seen.add(followers.add(&whole, time, 200, false, &connection).as_ref());
                    }
                    Event::Answered => followers.answered(),
                    Event::Refused => {
                        is_refused = true;
                        followers.refused(400);
                    }
                    Event::Sent => {
                        followers.count_end(true);
                        let answers = followers.answers.as_mut().unwrap();
                        answers.sent(&connection, &mut |answered| seen.add(Some(answered)));
                    }
                }
            }
            if let Some(state) = last.filter(|_| !last_is_late) {
                let end = request(state);
                seen.add(followers.add(&end, time, 200, false, &connection).as_ref());
            }
            followers.count_end(false);
            let answers = followers.answers.as_mut().unwrap();
            answers.finish(&connection, &mut |answered| seen.add(Some(answered)));
            if let Some(state) = last.filter(|_| last_is_late) {
                let end = request(state);
                seen.add(followers.add(&end, time, 200, true, &connection).as_ref());
            }
            let totals = metrics.totals();
            let refused = totals.refused[STATUSES.iter().position(|&status| status == 400).unwrap()];
            prop_assert_eq!(
                Outcomes([totals.answered(), refused, totals.unanswered, totals.incomplete]),
                seen
            );
        }
    }
}
