//! Checks the log's formats. A peer's bytes never control a terminal and never look like a record. The
//! formats that can be decoded give the exact bytes back.

#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hellowire::capture::{Captured, Kind, Refusal, Rule, State};
use hellowire::escape;
use hellowire::request_log::{Answered, Columns, Connection, Format, Formatter, Record, View};
use hellowire_fuzz::decode::{base64, hexdump, quoted};
use hellowire_fuzz::people::{color_is_only_color, pretty_is_safe, short_is_safe};
use hellowire_fuzz::screen::{is_harmless, stands_alone};
use libfuzzer_sys::arbitrary::{self, Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const STATES: [State; 5] = [
    State::Complete,
    State::Incomplete,
    State::Refused(REFUSED),
    State::Unparsed,
    State::Late,
];

const REFUSED: Refusal = Refusal::of(&Rule {
    status: 400,
    kind: Kind::Framing,
    text: "Host is missing",
    section: "RFC 9112 3.2",
});

const ODD: [Refusal; 2] = [
    Refusal::of(&Rule {
        status: 400,
        kind: Kind::Form,
        text: "the lines end in a bare LF",
        section: "RFC 9112 2.2",
    }),
    Refusal::of(&Rule {
        status: 501,
        kind: Kind::Form,
        text: "the method is not registered",
        section: "RFC 9110 16.1",
    }),
];

const PEERS: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 51_234),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 1),
];

/// Two records, one after the other.
///
/// An input has 21 bytes of settings and then the bytes of both records. The settings are two numbers of
/// eight bytes (the time and the connection), two bytes a record (its delay in tenths of a second, and
/// all its other properties), and the length of the first record.
#[derive(Debug)]
struct Log<'a>([(SystemTime, Connection, Captured<'a>); 2]);

impl Log<'_> {
    fn records(&self) -> [Record<'_>; 2] {
        self.0.each_ref().map(|(time, connection, request)| Record {
            time: *time,
            connection,
            request: request.clone(),
            status: None,
        })
    }
}

impl<'a> Arbitrary<'a> for Log<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let micros = u64::arbitrary(input)? % 4_000_000_000_000_000;
        let number = u64::arbitrary(input)?;
        let [first, second] = <[[u8; 2]; 2]>::arbitrary(input)?;
        let length = usize::from(u8::arbitrary(input)?);
        let raw = input.bytes(input.len())?;
        let (left, right) = raw.split_at(length.min(raw.len()));
        let mut time = UNIX_EPOCH + Duration::from_micros(micros);
        let records = [(first, left), (second, right)].map(|([later, kind], raw)| {
            time += Duration::from_millis(100) * later.into();
            let request = Captured {
                number: number.rotate_left(32),
                raw,
                omitted: [0, number >> 8][usize::from(kind / 10 % 2)],
                state: STATES[usize::from(kind % 5)],
                head: 0,
                target: b"",
                odd: &ODD[..usize::from(kind / 20 % 3)],
            };
            let peer = PEERS[usize::from(kind / 5 % 2)];
            (time, Connection::new(peer, number), request)
        });
        Ok(Self(records))
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (21, None)
    }
}

fuzz_target!(|log: Log<'_>| {
    let records = &log.records();
    line(&written(Format::Line, View::PLAIN, records), records);
    json(&written(Format::Json, View::PLAIN, records), records);
    json(&written(Format::JsonFull, View::PLAIN, records), records);
    document(&written(Format::Document, View::PLAIN, records), records);
    hex(&written(Format::Hex, View::PLAIN, records), records);
    let has_backslash = log.0.iter().any(|(_, _, it)| it.raw.contains(&b'\\'));
    for columns in [
        Columns::Unlimited,
        Columns::Fixed(120),
        Columns::Fixed(80),
        Columns::Fixed(20),
    ] {
        let plain = View {
            columns,
            ..View::PLAIN
        };
        let color = View {
            color: true,
            ..plain
        };
        let pretty = written(Format::Pretty, plain, records);
        pretty_is_safe(&pretty, records.len());
        let colored = written(Format::Pretty, color, records);
        color_is_only_color(&colored, &pretty, has_backslash);
        for line in lines(&written(Format::Short, plain, records), records) {
            short_is_safe(line);
        }
    }
    shown(records[1].request.raw);
});

fn written(format: Format, view: View, records: &[Record<'_>]) -> String {
    let mut formatter = Formatter::new(format, view);
    let mut out = Vec::new();
    for record in records {
        formatter.write(record, &mut out);
        if format == Format::Short {
            formatter.write_answered(&answered(record), &mut out);
        }
    }
    String::from_utf8(out).unwrap()
}

/// The answer to a record's request, after a time that is as good as any.
fn answered<'a>(record: &'a Record<'a>) -> Answered<'a> {
    let request = &record.request;
    let line = request.request_line();
    Answered {
        time: record.time,
        connection: record.connection,
        request: request.number,
        request_line: &line[..line.len().min(1024)],
        bytes: request.raw.len() as u64 + request.omitted,
        state: request.state,
        is_odd: !request.odd.is_empty(),
        status: record.status,
        duration: Duration::from_micros(request.number),
    }
}

fn peer(connection: &Connection) -> &str {
    str::from_utf8(connection.peer()).unwrap()
}

/// Splits the text into the lines of the records, without their line ends.
fn lines<'a>(text: &'a str, records: &[Record<'_>]) -> Vec<&'a str> {
    let lines: Vec<_> = text.strip_suffix('\n').unwrap().split('\n').collect();
    assert_eq!(lines.len(), records.len(), "{text}");
    lines
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|character| matches!(character, ' '..='~'))
}

fn line(text: &str, records: &[Record<'_>]) {
    for (line, record) in lines(text, records).into_iter().zip(records) {
        assert!(is_plain(line), "{line}");
        let Record {
            connection,
            request,
            ..
        } = record;
        let (peer, connection) = (peer(connection), connection.number());
        let number = request.number;
        let bytes = request.raw.len() as u64 + request.omitted;
        let start = format!("{} {peer} #{connection}.{number} {bytes} ", time(record));
        let rest = line
            .strip_prefix(&start)
            .unwrap_or_else(|| panic!("{start}\n{line}"));
        let (raw, behind) = quoted(rest, '"').unwrap();
        assert_eq!(raw, request.raw);
        let omitted = match request.omitted {
            0 => String::new(),
            omitted => format!(" omitted={omitted}"),
        };
        let state = state(request.state, " ");
        assert_eq!(behind, omitted + &state + &odd(request.odd, " "));
    }
}

fn json(text: &str, records: &[Record<'_>]) {
    for (line, record) in lines(text, records).into_iter().zip(records) {
        assert!(line.chars().all(stands_alone), "{line}");
        let object: Value = serde_json::from_str(line).unwrap();
        let request = &record.request;
        assert_eq!(object["time"], time(record));
        assert_eq!(object["peer"], peer(record.connection));
        assert_eq!(object["connection"], record.connection.number());
        assert_eq!(object["request"], request.number);
        assert_eq!(object["bytes"], request.raw.len() as u64 + request.omitted);
        assert_eq!(object["omitted"].as_u64().unwrap_or(0), request.omitted);
        let raw = match (object["raw"].as_str(), object["raw_base64"].as_str()) {
            (Some(raw), None) => raw.as_bytes().to_vec(),
            (None, Some(raw)) => base64(raw).unwrap(),
            both => panic!("{both:?}"),
        };
        assert_eq!(raw, request.raw);
        assert_eq!(object["state"].as_str(), request.state.label());
        let refusal = request.state.refusal();
        assert_eq!(
            object["status"].as_u64(),
            refusal.map(|refusal| refusal.rule().status.into())
        );
        assert_eq!(
            object["reason"].as_str(),
            refusal.map(|refusal| refusal.to_string()).as_deref()
        );
        let notes: Vec<_> = request.odd.iter().map(Refusal::to_string).collect();
        let expected = (!notes.is_empty()).then(|| Value::from(notes));
        assert_eq!(object.get("odd"), expected.as_ref());
    }
}

/// Each line is a Python literal, with a comment where bytes were omitted.
fn document(text: &str, records: &[Record<'_>]) {
    for (line, record) in lines(text, records).into_iter().zip(records) {
        assert!(is_plain(line), "{line}");
        let literal = line.strip_prefix('b').unwrap();
        let (raw, behind) = quoted(literal, literal.chars().next().unwrap()).unwrap();
        assert!(literal.starts_with(['\'', '"']));
        assert_eq!(raw, record.request.raw);
        let comment = match record.request.omitted {
            0 => String::new(),
            omitted => format!("  # {omitted} bytes omitted"),
        };
        assert_eq!(behind, comment);
    }
}

fn hex(text: &str, records: &[Record<'_>]) {
    assert!(text.split('\n').all(is_plain), "{text}");
    let mut rest = text;
    for record in records {
        let (dump, behind) = rest.split_once("\n\n").unwrap();
        rest = behind;
        let mut lines = dump.split('\n');
        assert_eq!(lines.next(), Some(&heading(record)[..]));
        assert_eq!(hexdump(lines).as_deref(), Some(record.request.raw));
    }
    assert_eq!(rest, "");
}

/// Checks the text that the client and the chat show. It may contain marks and the joiner of two
/// characters.
fn shown(bytes: &[u8]) {
    let mut out = Vec::new();
    escape::show(bytes, &mut out);
    let text = String::from_utf8(out).unwrap();
    let joiner = '\u{200d}';
    assert!(
        text.chars()
            .all(|character| character == joiner || is_harmless(character)),
        "{text:?}"
    );
}

fn heading(record: &Record<'_>) -> String {
    let Record {
        connection,
        request,
        ..
    } = record;
    let (peer, connection) = (peer(connection), connection.number());
    let number = request.number;
    let bytes = request.raw.len() as u64 + request.omitted;
    let omitted = match request.omitted {
        0 => String::new(),
        omitted => format!(", {omitted} not shown"),
    };
    let state = state(request.state, ", ");
    let odd = odd(request.odd, ", ");
    format!(
        "#{connection}.{number} {peer} {} {bytes} bytes{omitted}{state}{odd}",
        time(record)
    )
}

fn state(state: State, before: &str) -> String {
    match state {
        State::Complete | State::Unparsed => String::new(),
        State::Incomplete => format!("{before}incomplete"),
        State::Late => format!("{before}late"),
        State::Refused(refusal) => {
            let status = refusal.rule().status;
            format!("{before}refused {status}: {refusal}")
        }
    }
}

fn odd(notes: &[Refusal], before: &str) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let notes: Vec<_> = notes.iter().map(Refusal::to_string).collect();
    format!("{before}odd: {}", notes.join("; "))
}

/// Formats the record's time by RFC 3339, with a calendar of its own.
fn time(record: &Record<'_>) -> String {
    let since = record.time.duration_since(UNIX_EPOCH).unwrap();
    let (seconds, micros) = (since.as_secs(), since.subsec_micros());
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let day = days + 1;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}
