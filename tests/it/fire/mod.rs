//! Under fire: what the service does when clients, the system or the sink do their worst. Each test
//! looks at the log as well as at the answers.
//!
//! What takes seconds is a plain test. What takes longer, thousands of descriptors or root is
//! ignored, prints its figures, and runs in `.ci/run` at a short length; with `HELLOWIRE_FIRE=full`
//! in the environment it has its full one, and `docs/under-fire.md` has the figures.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

/// Clients that ask and ask.
mod callers;
/// A new process takes over from an old one.
mod restart;
/// A signal in the middle of load.
mod sigterm;

/// How much of it: the length for every day, or the full one.
fn length<T>(short: T, full: T) -> T {
    if std::env::var("HELLOWIRE_FIRE").is_ok_and(|length| length == "full") {
        full
    } else {
        short
    }
}
