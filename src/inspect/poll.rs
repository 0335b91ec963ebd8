//! The long poll: answers as soon as there is something to show, or after a while with nothing.
//!
//! # Invariants
//!
//! - The service does nothing for a poll: the poll looks by itself.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::query::Query;
use super::rows::{self, Found};
use crate::language::Language;
use crate::request_log::Recent;

/// How long a poll waits for a record. Proxies and browsers take a longer silence for a dead connection.
const WAIT: Duration = Duration::from_secs(20);

/// How often it looks. A record is on the page within 200 ms.
const LOOK: Duration = Duration::from_millis(50);

/// What is behind the place that is asked for, as soon as there is something, or when the poll's time is over.
/// Without a place the newest, at once.
pub(super) async fn poll(recent: &Recent, query: &Query, language: Language) -> Found {
    let end = Instant::now() + WAIT;
    let mut place = query.after.clone();
    loop {
        let found = rows::find(recent, place.as_ref(), query, language).await;
        let has_some = !found.rows.is_empty() || found.missed > 0;
        if has_some || place.is_none() || Instant::now() >= end {
            return found;
        }
        place = Some(found.next);
        sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Records;
    use super::*;

    /// The rows, and how long they took.
    async fn timed(records: &Records, query: &Query) -> (Found, Duration) {
        let start = Instant::now();
        let query = Query {
            after: Some(records.recent.end()),
            ..query.clone()
        };
        let english = Language::English;
        let found = poll(&records.recent, &query, english).await;
        (found, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_answered_after_20_seconds() {
        let (found, time) = timed(&Records::new().await, &Query::default()).await;
        assert!(found.rows.is_empty(), "{found:?}");
        assert!((WAIT..WAIT + 2 * LOOK).contains(&time), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_is_answered_at_the_next_look() {
        let records = Records::new().await;
        let come = async {
            sleep(Duration::from_secs(3)).await;
            records.add(b"GET /late HTTP/1.0\r\n\r\n");
        };
        let query = Query::default();
        let ((found, time), ()) = tokio::join!(timed(&records, &query), come);
        let rows = String::from_utf8(found.rows).unwrap();
        assert!(rows.contains("\"GET /late\""), "{rows}");
        let soon = Duration::from_secs(3)..=Duration::from_secs(3) + LOOK;
        assert!(soon.contains(&time), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_that_is_not_wanted_is_not_answered() {
        let records = Records::new().await;
        let come = async {
            sleep(Duration::from_secs(3)).await;
            records.add(b"GET /other HTTP/1.0\r\n\r\n");
        };
        let query = "find=wanted".parse().unwrap();
        let ((found, time), ()) = tokio::join!(timed(&records, &query), come);
        assert!(found.rows.is_empty(), "{found:?}");
        assert_eq!(found.next, records.recent.end());
        assert!(time >= WAIT, "{time:?}");
    }
}
