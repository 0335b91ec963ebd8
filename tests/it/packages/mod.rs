//! What a package installs beside the program: completions and man pages, as examples/generate.rs makes them.

/// The completions, in the shells.
mod completions;
/// What is generated is what is committed.
mod generated;
/// The Debian package, in a container.
mod installed;
