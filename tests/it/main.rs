//! Tests of the built program, with real sockets on free ports and literal bytes.
//!
//! Every wait has a bound. A test waits for an output or an action of the program, not for a time. It
//! sleeps only where it tests the time itself.
//! A test that needs more than Rust is ignored and names what it needs; `.ci/run` runs it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed expectation is what a test is for"
)]

/// Sockets that a service manager passes on.
mod activation;
/// What the log says of answers.
mod answered;
/// What a client gets: statuses, bodies, keep-alive, pipelining, refusals.
mod answers;
/// What is asked of a log, in the lines of docs/log.md.
mod asked;
/// The page of `--inspect` in Chromium.
mod browser;
/// Two people without terminals.
mod chat;
/// The ends of their chats.
mod chat_ends;
/// What correct clients send is never refused.
mod clients;
/// Closed standard streams.
mod closed;
/// When there are colors.
mod colors;
/// The RFCs, rule by rule.
mod conformance;
/// The image, in a container engine.
mod container;
/// The end after so many records.
mod count;
/// A body that is kept in part ends with a character.
mod cut;
/// `--delay`.
mod delay;
/// The files in deploy/, one replica or many, under load while they are updated and scaled.
mod deploy;
/// docs/design.md and the layout of the source agree.
mod design;
/// `--echo`.
mod echo;
/// `--echo` repeats any requests, however they are cut.
mod echo_random;
/// Options from the environment.
mod environment;
/// What the log leaves out, and what it never does.
mod exclude;
/// Log files that are FIFOs.
mod fifo;
/// Slow, vanishing and too many clients, a broken sink, panics, restarts.
mod fire;
/// SIGHUP: a log that is to be opened again, or a terminal that is gone.
mod hangup;
/// The probe.
mod health;
/// What the client says where it gets no answer.
mod hints;
/// The page that shows each request.
mod inspect;
/// What the page of `--inspect` lets a user copy and download.
mod inspect_commands;
/// Where a wildcard address is reached.
mod interfaces;
/// Who knocks with another protocol hears so.
mod knocks;
/// The licences in the image.
mod licences;
/// Each limit, on both sides.
mod limits;
/// Many clients at once, a slow log, a signal in the middle: every answer has its record.
mod load;
/// The counts of `/metrics`.
mod metrics;
/// What no grammar has, from real clients: they get their Hello World.
mod odd;
/// What alone is in the log, if the user says so.
mod only;
/// What a package installs beside the program.
mod packages;
/// Requests that have begun and pause.
mod pauses;
/// The chat with the document's own programs.
mod peers;
/// The probe in a container.
mod pid_1;
/// What people see of hostile requests, on a terminal of any width.
mod pretty;
/// The client's prompt.
mod prompt;
/// The raw-TCP fallback.
mod raw;
/// README.md, its translation and docs/ agree with each other and with the program.
mod readme;
/// `--ready-path`.
mod ready;
/// `HAProxy` polls `--ready-path`.
mod ready_haproxy;
/// The records, for requests and for what never became one.
mod records;
/// Connections that have nothing to do.
mod rest;
/// The client.
mod send;
/// What a chat's terminal shows, and in which order.
mod shown;
/// Signals, drains, exit codes.
mod shutdown;
/// Log files and sinks that break.
mod sink;
/// The same bytes to other readers: no request more, none less.
mod smuggling;
/// No client loses its answer, whatever it sends and however it ends.
mod survival;
/// The client and the chat at a terminal.
mod terminal;
/// curl, Chromium and Python as clients and as judges.
mod tools;
/// The help and usage errors in Chinese.
mod translated;
/// What is typed into a chat, at any speed.
mod typed;
/// Unix sockets.
mod unix;
/// A log that is not read for a while.
mod unread;
/// Characters that nobody sees.
mod unseen;
/// What the command line and the environment accept, and what they say when they don't.
mod usage;
/// What an option says to a value that it can't take.
mod values;
/// Addresses that hold for one network interface.
mod zones;

/// Builds images, runs containers.
mod engine;
/// A program's output.
mod lines;
/// The other side of a chat at a terminal.
mod partner;
/// What clients really sent.
mod relay;
/// A pseudo-terminal with a program in it.
mod screen;
/// Starts, stops and talks to the program.
mod support;
/// A program that talks by lines.
mod talker;
