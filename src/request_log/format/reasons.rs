//! Why a request is refused, what is odd about it, or what it lacks: each a row below the first row of a
//! record for people. Pure.

use super::page::{Page, Paint};
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
        State::Late => page.note(paint, language.text("late")),
        State::Incomplete if request.head == 0 => {
            page.note(paint, language.text("incomplete: the head did not end"));
        }
        State::Incomplete => {
            page.note(paint, language.text("incomplete: the body did not end"));
        }
        State::Refused(refusal) => {
            let text = refusal.text(language);
            page.note(paint, &language.fill("refused: {}", &[&text]));
        }
    }
    for note in request.odd {
        let text = note.text(language);
        page.note(Paint::Odd, &language.fill("odd: {}", &[&text]));
    }
}
