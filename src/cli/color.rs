//! Whether the output to a stream may have colors.

use std::env;
use std::io::IsTerminal;

/// Whether the stream is a terminal and `NO_COLOR` is unset or empty (no-color.org).
pub(super) fn may_color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
