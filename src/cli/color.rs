//! Whether a stream may have colors.

use std::env;
use std::io::IsTerminal;

/// A terminal, and no `NO_COLOR` (no-color.org: set, and not empty).
pub(super) fn may_color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
