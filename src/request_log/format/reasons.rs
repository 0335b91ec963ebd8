//! Why a request is refused, what is odd about it, or what it lacks: each a row below the first row of a
//! record for people. Pure.

use super::page::{INDENT, Page, Paint};
use crate::capture::{Captured, State};

/// How the status of a request is painted.
pub(super) fn paint(state: State, is_odd: bool) -> Paint {
    match state {
        State::Refused(_) => Paint::Refused,
        State::Incomplete | State::Late => Paint::Odd,
        State::Complete | State::Unparsed if is_odd => Paint::Odd,
        State::Complete | State::Unparsed => Paint::Fine,
    }
}

/// Appends the rows.
pub(super) fn reasons(request: &Captured<'_>, page: &mut Page<'_>) {
    let language = page.language();
    let paint = paint(request.state, true);
    match request.state {
        State::Complete | State::Unparsed => {}
        State::Late => row(paint, "late", "", page),
        State::Incomplete => {
            let what = if request.head == 0 {
                "the head did not end"
            } else {
                "the body did not end"
            };
            row(paint, "incomplete", language.text(what), page);
        }
        State::Refused(refusal) => {
            row(paint, "refused", &refusal.text(language).to_string(), page);
        }
    }
    for note in request.odd {
        row(Paint::Odd, "odd", &note.text(language).to_string(), page);
    }
}

fn row(paint: Paint, label: &'static str, reason: &str, page: &mut Page<'_>) {
    let label = page.language().text(label);
    let separator = if reason.is_empty() { "" } else { ": " };
    page.pad(INDENT);
    page.words(paint, &format!("{label}{separator}{reason}"), 2 * INDENT);
    page.end_row();
}
