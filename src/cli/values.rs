//! Parsers of the options' values, with their bounds: times, sizes, numbers, addresses, paths. Pure.
//!
//! A value is checked where it is parsed, so no other module has to check it. Each error says what is
//! expected; clap puts the value and the option before it.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::net::Ipv4Addr;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};
use parse_size::parse_size;

use crate::http::Field;
use crate::net::address::{Address, Omitted};
use crate::request_log::Only;

/// The longest time of any option. It keeps deadlines within the range of clocks.
const MAX_TIME: Duration = Duration::from_hours(365 * 24);

/// The longest delay of an answer.
const MAX_DELAY: Duration = Duration::from_mins(5);

/// The most memory of any option, in bytes.
const MAX_MEMORY: u64 = 1 << 30;

/// The port of a service whose address has none.
pub(super) const SERVICE_PORT: u16 = 8080;

/// The port of `--inspect` if its address has none.
pub(super) const INSPECT_PORT: u16 = 8081;

/// The port of a chat whose address has none.
pub(super) const CHAT_PORT: u16 = 12345;

/// clap's parser for a function that parses text.
pub(super) fn value<T>(read: fn(&str) -> Result<T, String>) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
{
    Reader(read)
}

/// A function that parses text, as clap takes it. clap's own parsers are twice as much program for each type.
#[derive(Clone, Copy)]
struct Reader<T>(fn(&str) -> Result<T, String>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Reader<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        // clap's own error for a value that is not UTF-8 would not name the option.
        let text = value.to_str().ok_or_else(|| "not UTF-8".to_owned());
        text.and_then(self.0)
            .map_err(|why| invalid(command, arg, value, why))
    }
}

/// clap's error for a value that can't be parsed, for this reason. Only clap can make one.
fn invalid(command: &Command, arg: Option<&Arg>, value: &OsStr, why: String) -> Error {
    let refuse = OsStringValueParser::new().try_map(move |_| Err::<Infallible, _>(why.clone()));
    match refuse.parse_ref(command, arg, value) {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

/// Any type that parses itself.
pub(super) fn parsed<T>(text: &str) -> Result<T, String>
where
    T: FromStr<Err: ToString>,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A number of workers.
pub(super) fn workers(text: &str) -> Result<u16, String> {
    let number = text.parse().ok();
    let number = number.filter(|number| (1..=1024).contains(number));
    number.ok_or_else(|| "expected a number, 1 to 1024".to_owned())
}

/// A number other than 0.
pub(super) fn count(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "expected a number, 1 or more".to_owned())
}

/// The value of a switch's variable, in the words that clap's own parser takes.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Ok(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Ok(false),
        _ => Err("expected yes or no, true or false, on or off, 1 or 0".to_owned()),
    }
}

/// A port, 0 for any free one.
pub(super) fn port(text: &str) -> Result<u16, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_plain);
    number.ok_or_else(|| "expected a port, 0 to 65535".to_owned())
}

/// A port to connect to.
pub(super) fn peer_port(text: &str) -> Result<u16, String> {
    called(port(text)?, |port| Some(*port))
}

/// An address to listen on. Without a port it has `PORT`.
pub(super) fn address<const PORT: u16>(text: &str) -> Result<Address, String> {
    completed(text, Ipv4Addr::UNSPECIFIED, PORT)
}

/// An address to connect to. Without a port it has `PORT`.
pub(super) fn peer_address<const PORT: u16>(text: &str) -> Result<Address, String> {
    called(completed(text, Ipv4Addr::LOCALHOST, PORT)?, Address::port)
}

/// As [`address`], where only TCP will do.
pub(super) fn tcp_address<const PORT: u16>(text: &str) -> Result<Address, String> {
    tcp(address::<PORT>(text)?)
}

/// As [`peer_address`], where only TCP will do.
pub(super) fn tcp_peer_address<const PORT: u16>(text: &str) -> Result<Address, String> {
    tcp(peer_address::<PORT>(text)?)
}

fn tcp(address: Address) -> Result<Address, String> {
    match address {
        Address::Unix(_) => Err("a Unix socket is of no use here: TCP is needed".to_owned()),
        address => Ok(address),
    }
}

/// The permissions of a socket's file, in octal.
pub(super) fn socket_mode(text: &str) -> Result<u32, String> {
    let is_octal = text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let mode = u32::from_str_radix(text, 8).ok();
    let mode = mode.filter(|mode| is_octal && *mode <= 0o777);
    mode.ok_or_else(|| "expected permissions in octal, 0 to 0777, as in 0660".to_owned())
}

fn completed(text: &str, host: Ipv4Addr, port: u16) -> Result<Address, String> {
    let address = Omitted { host, port }.parse(text);
    address.map_err(|error| error.to_string())
}

/// What may have a port, unless that is 0.
fn called<T>(target: T, port: impl Fn(&T) -> Option<u16>) -> Result<T, String> {
    if port(&target) == Some(0) {
        return Err("port 0 is any free one: the one to call is needed".to_owned());
    }
    Ok(target)
}

/// One or several addresses of a service, separated by commas.
pub(super) fn addresses(text: &str) -> Result<Vec<Address>, String> {
    text.split(',').map(address::<SERVICE_PORT>).collect()
}

/// A service's address to connect to: the first of one or several.
pub(super) fn first_peer_address(text: &str) -> Result<Address, String> {
    peer_address::<SERVICE_PORT>(text.split(',').next().unwrap_or_default())
}

/// A header field of every answer. `None` for an empty line: a variable may end in a line end.
pub(super) fn field(text: &str) -> Result<Option<Field>, String> {
    match text {
        "" => Ok(None),
        text => parsed(text).map(Some),
    }
}

/// A time up to [`MAX_TIME`], as in `10s` or `1m 500ms`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|_| "expected a time as in 10s, 500ms or 2m".to_owned())?;
    if duration > MAX_TIME {
        Err("longer than 365 days".to_owned())
    } else {
        Ok(duration)
    }
}

/// How late an answer may be: not so late that clients and proxies have long given up.
pub(super) fn delay(text: &str) -> Result<Duration, String> {
    let duration = duration(text)?;
    if duration > MAX_DELAY {
        Err("longer than 5 minutes".to_owned())
    } else {
        Ok(duration)
    }
}

/// A time longer than 0.
pub(super) fn timeout(text: &str) -> Result<Duration, String> {
    let duration = duration(text)?;
    if duration.is_zero() {
        Err("must be longer than 0s".to_owned())
    } else {
        Ok(duration)
    }
}

/// A number of bytes, as in `4096` or `64KiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    parse_size(text).map_err(|_| "expected a size as in 4096, 64KiB or 16MiB".to_owned())
}

/// A number of bytes in memory, at most [`MAX_MEMORY`].
pub(super) fn memory_size(text: &str) -> Result<usize, String> {
    let size = size(text)?;
    if size > MAX_MEMORY {
        return Err("more than 1 GiB".to_owned());
    }
    usize::try_from(size).map_err(|error| error.to_string())
}

/// The memory for the records that the page of `--inspect` shows.
pub(super) fn keep_size(text: &str) -> Result<usize, String> {
    size_within(text, 64 << 10..=1 << 30, "64 KiB to 1 GiB")
}

/// The size of a socket's buffers. Linux rounds a smaller size up, and a larger one helps no client.
pub(super) fn socket_buffer(text: &str) -> Result<usize, String> {
    size_within(text, 4 << 10..=64 << 20, "4 KiB to 64 MiB")
}

/// The length of a request's head.
pub(super) fn head_size(text: &str) -> Result<usize, String> {
    size_within(text, 256..=16 << 20, "256 B to 16 MiB")
}

/// The length of a chat's message. The document's programs read 1 KiB at once.
pub(super) fn message_size(text: &str) -> Result<usize, String> {
    size_within(text, 1 << 10..=16 << 20, "1 KiB to 16 MiB")
}

/// The length of a request's target. hyper refuses longer targets itself.
pub(super) fn target_size(text: &str) -> Result<usize, String> {
    size_within(text, 1..=65_534, "1 B to 65534 B")
}

/// A number of bytes within bounds. `shown` is the bounds in the error's text.
fn size_within(text: &str, bounds: RangeInclusive<usize>, shown: &str) -> Result<usize, String> {
    let size = usize::try_from(size(text)?).unwrap_or(usize::MAX);
    if bounds.contains(&size) {
        Ok(size)
    } else {
        Err(format!("not within {shown}"))
    }
}

/// The path of a request's target, percent-encoded (RFC 3986 section 3.3).
pub(super) fn path(text: &str) -> Result<String, String> {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@/".contains(&byte);
    if text.starts_with('/') && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err("expected a path as in /health, percent-encoded, without a query".to_owned())
    }
}

/// A path in a list. Ignores spaces around it; an empty entry is an empty path.
pub(super) fn excluded_path(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Ok(String::new()),
        text => path(text),
    }
}

/// Requests to record, in a list. Ignores spaces around them. `None` for an empty entry.
pub(super) fn only(text: &str) -> Result<Option<Only>, String> {
    match text.trim() {
        "" => Ok(None),
        text => parsed(text).map(Some),
    }
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
