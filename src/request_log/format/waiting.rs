//! A request that pauses, as `pretty` and `short` announce it: what has come, and what is missing. Pure.

use super::super::record::Waiting;
use super::clock::Clock;
use super::first_row::FirstRow;
use super::page::{Page, Paint};
use super::text::PAUSE;
use crate::capture::Missing;
use crate::language::Language;

/// Appends the rows of `pretty`.
pub(super) fn write(waiting: &Waiting<'_>, clock: &mut Clock, page: &mut Page<'_>) {
    let request = &waiting.request;
    let first = FirstRow {
        mark: PAUSE,
        time: waiting.time,
        connection: waiting.connection,
        request: request.number,
        line: request.request_line(),
        bytes: request.bytes,
        status: None,
        paint: Paint::Odd,
    };
    first.write(clock, page);
    write_missing(request.missing, page);
    // As behind each record.
    page.end_row();
}

/// Appends what is missing, on a row of its own.
pub(super) fn write_missing(missing: Missing, page: &mut Page<'_>) {
    let text = text(missing, page.language());
    page.note(Paint::Odd, &text);
}

fn text(missing: Missing, language: Language) -> String {
    match missing {
        Missing::HeadEnd => language.text("waiting: the head has not ended").to_owned(),
        Missing::LastChunk => language
            .text("waiting: the last chunk has not come")
            .to_owned(),
        Missing::Body { left, total } => {
            language.fill("waiting: {} of {} body bytes are missing", &[&left, &total])
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{CONNECTION, columns, hostile, record, rows, view, viewed};
    use super::super::{Format, Formatter};
    use super::*;
    use crate::capture::Unfinished;
    use crate::request_log::View;

    fn shown(format: Format, view: View, raw: &[u8], missing: Missing) -> String {
        let waiting = Waiting {
            time: record(b"").time,
            connection: &CONNECTION,
            request: Unfinished {
                number: 1,
                raw,
                bytes: 57,
                missing,
            },
        };
        let write = |formatter: &mut Formatter, out: &mut Vec<u8>| {
            formatter.write_waiting(&waiting, out);
        };
        viewed(format, view, write)
    }

    #[test]
    fn what_is_missing_is_named() {
        let (left, total) = (92, 100);
        for (missing, text) in [
            (Missing::HeadEnd, "the head has not ended"),
            (Missing::LastChunk, "the last chunk has not come"),
            (
                Missing::Body { left, total },
                "92 of 100 body bytes are missing",
            ),
        ] {
            let shown = shown(Format::Short, View::PLAIN, b"POST /hook HT", missing);
            assert_eq!(
                shown,
                format!(
                    "◌ 21:47:20.123 127.0.0.1:51234  POST /hook HT  -  57 B  -\n  ↳ waiting: {text}\n"
                )
            );
        }
    }

    #[test]
    fn in_pretty_an_empty_row_follows() {
        let shown = shown(Format::Pretty, columns(80), b"POST /hook", Missing::HeadEnd);
        assert_eq!(
            shown,
            "◌ 21:47:20.123 #12.1 127.0.0.1     POST /hook                           57 B   -\n  \
             ↳ waiting: the head has not ended\n\n"
        );
    }

    #[test]
    fn formats_for_programs_have_none() {
        for format in [
            Format::Line,
            Format::Json,
            Format::JsonFull,
            Format::Hex,
            Format::Document,
        ] {
            assert_eq!(shown(format, View::PLAIN, b"x", Missing::HeadEnd), "");
        }
    }

    proptest! {
        /// Whatever comes, and however wide the terminal is: rows fit, and one has a mark.
        #[test]
        fn safe(raw in hostile(), (view, columns) in view(), left: u64) {
            let missing = Missing::Body { left, total: u64::MAX };
            let rows = rows(&shown(Format::Short, view, &raw, missing), columns);
            prop_assert!(rows[0].starts_with('◌'));
            prop_assert!(!rows[1..].iter().any(|row| row.starts_with('◌') || row.is_empty()));
        }
    }
}
