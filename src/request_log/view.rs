//! How people see the formats that are made for them: the width of the terminal, colors, the language and
//! the time zone.
//!
//! The formats for programs depend on none of it.

use rustix::stdio::stdout;
use rustix::termios::tcgetwinsize;

use crate::language::Language;

/// The narrowest terminal for which rows are laid out. In a narrower one the terminal wraps them.
const NARROWEST: usize = 20;

/// How people see `pretty` and `short`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Whether there are colors.
    pub color: bool,
    /// How wide a row is.
    pub columns: Columns,
    /// The language of what is not from a peer.
    pub language: Language,
    /// The zone of the times.
    pub zone: Zone,
}

/// How wide a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// As long as it has to be: nothing is wrapped or cut to a width.
    Unlimited,
    /// This many columns. Fewer than 20 are as `Unlimited`.
    Fixed(usize),
    /// As many as the terminal has that is standard output, at each record. `Unlimited`, if it is no
    /// terminal, or one without a known width.
    Terminal,
}

/// The time zone of `pretty` and `short`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// UTC.
    Utc,
    /// The zone of `TZ`, or of `/etc/localtime` where `TZ` is not set. UTC, if there is none.
    Local,
}

impl View {
    /// A view of unlimited width, in English, in UTC and without colors.
    pub const PLAIN: Self = Self {
        color: false,
        columns: Columns::Unlimited,
        language: Language::English,
        zone: Zone::Utc,
    };
}

impl Columns {
    /// The width to which rows are laid out now. None without one.
    pub(super) fn now(self) -> Option<usize> {
        let columns = match self {
            Self::Unlimited => return None,
            Self::Fixed(columns) => columns,
            Self::Terminal => tcgetwinsize(stdout()).ok()?.ws_col.into(),
        };
        (columns >= NARROWEST).then_some(columns)
    }
}
