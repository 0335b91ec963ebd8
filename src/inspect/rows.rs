//! The records of an answer: those that a viewer wants, as rows of JSON.
//!
//! # Invariants
//!
//! - An answer has a bound, and so has the time of a search: it is linear in the bytes that are searched.
//! - A long search lets other viewers be served, within a long record too. It holds a part of the record meanwhile.

use std::collections::VecDeque;
use std::time::Duration;

use memchr::memmem;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::query::{MOST_WANTED, Only, Query};
use super::view::push_text;
use crate::capture::request_line;
use crate::language::Language;
use crate::request_log::{Kept, PART, Place, Reader, Recent, StateKind, pieces};

/// The most bytes of rows in an answer. With the rest of it, which has a number for each worker, the answer
/// is at most 256 KiB.
const MOST_BYTES: usize = 224 * 1024;

/// The most rows of an answer that has the newest ones: as many as the page shows.
const MOST_ROWS: usize = 500;

/// The most bytes that a row has of a request's first line.
const LONGEST_LINE: usize = 1024;

/// How many bytes are searched before others are served.
const STEP: usize = 256 * 1024;

/// How far the next part of a record is searched behind the one before. What is wanted may lie in both.
const STRIDE: usize = PART - MOST_WANTED;

/// What a record costs beside its bytes, in bytes that are searched.
const OVERHEAD: usize = 512;

/// The longest time of a search: a service under load may make records faster than they are searched.
const LONGEST_SEARCH: Duration = Duration::from_secs(2);

/// The rows that were found.
#[derive(Debug)]
pub(super) struct Found {
    /// With commas between them.
    pub(super) rows: Vec<u8>,
    /// The place behind what was searched.
    pub(super) next: Place,
    /// How many records were overwritten before they were searched.
    pub(super) missed: u64,
}

impl Found {
    /// No rows up to this place.
    pub(super) fn nothing(next: Place) -> Self {
        Self {
            rows: Vec::new(),
            next,
            missed: 0,
        }
    }
}

/// The oldest rows behind `after`, or without that the newest ones. Both oldest first.
pub(super) async fn find(
    recent: &Recent,
    after: Option<&Place>,
    query: &Query,
    language: Language,
) -> Found {
    let is_for_all = query.only.is_none() && query.find.is_empty();
    let oldest = || {
        if is_for_all {
            recent.last(MOST_ROWS as u64)
        } else {
            recent.start()
        }
    };
    let start = after.or(query.since.as_ref()).cloned();
    let mut search = Search::new(recent, &start.unwrap_or_else(oldest), query);
    let mut rows = VecDeque::new();
    let mut bytes = 0;
    while let Some(kept) = search.next().await {
        let new = row(&kept, language);
        bytes += new.len();
        rows.push_back(new);
        if after.is_some() && bytes > MOST_BYTES {
            rows.pop_back();
            search.reader.unread(kept.id);
            break;
        }
        while bytes > MOST_BYTES || after.is_none() && rows.len() > MOST_ROWS {
            bytes -= rows.pop_front().map_or(0, |oldest| oldest.len());
        }
    }
    let mut all = Vec::with_capacity(bytes);
    for row in &rows {
        all.extend_from_slice(row);
    }
    // The comma behind the last one.
    all.pop();
    Found {
        rows: all,
        next: search.reader.place().clone(),
        missed: search.reader.missed(),
    }
}

/// Reads the records that a viewer wants.
struct Search<'a> {
    reader: Reader<'a>,
    query: &'a Query,
    until: Instant,
    /// How many bytes were searched since others were served.
    searched: usize,
    /// Whether no record is searched yet. The first one always is, so that the next search goes on behind it.
    is_first: bool,
}

impl<'a> Search<'a> {
    fn new(recent: &'a Recent, place: &Place, query: &'a Query) -> Self {
        Self {
            reader: recent.read(place),
            query,
            until: Instant::now() + LONGEST_SEARCH,
            searched: 0,
            is_first: true,
        }
    }

    /// The next record that is wanted, with its first bytes. None: there is no other, or the time is over.
    async fn next(&mut self) -> Option<Kept> {
        loop {
            let kept = self.reader.next()?;
            self.searched += OVERHEAD + kept.raw.len();
            let is_kind = match self.query.only {
                None => true,
                Some(Only::Refused) => kept.state.is_refused(),
                Some(Only::Odd) => !kept.odd.is_empty(),
            };
            let Some(is_wanted) = self.has(&kept, is_kind).await else {
                self.reader.unread(kept.id);
                return None;
            };
            self.is_first = false;
            if is_wanted {
                return Some(kept);
            }
        }
    }

    /// Whether the record is of a kind that is wanted, and has the bytes that are. ASCII letters match in any
    /// case. None: the time is over.
    async fn has(&mut self, kept: &Kept, is_kind: bool) -> Option<bool> {
        let wanted = &self.query.find;
        let mut part = if wanted.is_empty() {
            Vec::new()
        } else {
            kept.raw.clone()
        };
        let mut from = 0;
        loop {
            if self.searched > STEP {
                self.searched = 0;
                yield_now().await;
                if Instant::now() >= self.until && !self.is_first {
                    return None;
                }
            }
            if wanted.is_empty() || !is_kind {
                return Some(is_kind);
            }
            part.make_ascii_lowercase();
            if memmem::find(&part, wanted).is_some() {
                return Some(true);
            }
            if from + PART >= kept.length {
                return Some(false);
            }
            from += STRIDE;
            let Some(next) = self.reader.part(kept.id, from) else {
                return Some(false);
            };
            self.searched += next.len();
            part = next;
        }
    }
}

/// The object of one record, and a comma.
fn row(kept: &Kept, language: Language) -> Vec<u8> {
    let mut out = format!(
        "{{\"id\":\"{}\",\"time\":{},\"peer\":\"{}\",\"number\":\"{}.{}\",\"bytes\":{},\"omitted\":{},\
         \"state\":\"{}\",\"odd\":{},\"line\":",
        kept.id,
        kept.microseconds(),
        kept.peer,
        kept.connection,
        kept.request,
        kept.bytes(),
        kept.omitted,
        kept.state.label(),
        !kept.odd.is_empty(),
    )
    .into_bytes();
    push_text(&line(&kept.raw), &mut out);
    out.extend_from_slice(b",\"notes\":[");
    for (index, note) in notes(kept, language).iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_text(note, &mut out);
    }
    out.extend_from_slice(b"]},");
    out
}

/// The first line, as `pretty` shows it without colors. A long one is cut.
fn line(raw: &[u8]) -> String {
    let mut line = Vec::new();
    for piece in pieces(request_line(raw), false) {
        let length = line.len();
        piece.write(&mut line);
        if line.len() > LONGEST_LINE {
            line.truncate(length);
            line.extend_from_slice("…".as_bytes());
            break;
        }
    }
    String::from_utf8(line).unwrap_or_default()
}

/// Why it is refused, what it lacks and what is odd, as the log for people says it.
fn notes(kept: &Kept, language: Language) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(note) = &kept.refused {
        notes.push(language.fill("refused: {}", &[&note.text(language)]));
    } else if kept.state == StateKind::Late {
        notes.push(language.text("late").to_owned());
    } else if kept.state.is_incomplete() {
        let what = if kept.state == StateKind::HeadCut {
            language.text("incomplete: the head did not end")
        } else {
            language.text("incomplete: the body did not end")
        };
        notes.push(what.to_owned());
    }
    let odd = kept.odd.iter();
    notes.extend(odd.map(|note| language.fill("odd: {}", &[&note.text(language)])));
    notes
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
