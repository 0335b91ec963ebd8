//! How people see the formats that are made for them: the width of the terminal, colors, the language.
//!
//! The formats for programs depend on none of it.

use crate::language::Language;

/// How people see `pretty` and `short`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Whether there are colors.
    pub color: bool,
    /// How wide a row is.
    pub columns: Columns,
    /// The language of what is not from a peer.
    pub language: Language,
}

/// How wide a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// As long as it has to be: nothing is wrapped or cut to a width.
    Unlimited,
    /// This many columns.
    Fixed(usize),
}

impl View {
    /// A view of unlimited width, in English and without colors.
    pub const PLAIN: Self = Self {
        color: false,
        columns: Columns::Unlimited,
        language: Language::English,
    };
}
