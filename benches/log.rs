//! Benchmarks of the capture, with requests cut in several ways, and of each log format.
//!
//! `cargo bench`, or `cargo bench capture/split`. The throughput counts the bytes of the client.
//! `bench/run` measures whole requests through sockets.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use clap::ValueEnum as _;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use hellowire::capture::{Capture, Captured, Limits, State};
use hellowire::request_log::{Connection, Format, Formatter, Record, View};

/// The defaults of the program.
const LIMITS: Limits = Limits {
    head: 64 * 1024,
    target: 32 * 1024,
    body: 16 << 20,
    kept_body: 64 * 1024,
    is_strict: false,
};

/// The size, in bytes, of a read of a large body by hyper.
const READ: usize = 64 * 1024;

/// The head of a browser.
const HEAD: &str = "GET /articles/42?from=front HTTP/1.1\r\n\
    Host: localhost:8080\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: en-US,en;q=0.5\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Connection: keep-alive\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    Sec-Fetch-Dest: document\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-Site: none\r\n\
    Priority: u=0, i\r\n\
    \r\n";

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    captures(&mut criterion);
    formats(&mut criterion);
    criterion.final_summary();
}

fn captures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("capture");
    let head = HEAD.as_bytes();
    capture(&mut group, "whole", head, head.len());
    capture(&mut group, "split", head, 64);
    capture(&mut group, "pipelined", &head.repeat(16), usize::MAX);
    let odd = HEAD.replacen("/articles", "/\u{e4}%", 1).repeat(16);
    capture(&mut group, "odd", odd.as_bytes(), usize::MAX);
    let short = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
    capture(&mut group, "short", short, short.len());
    capture(&mut group, "sized", &sized(1 << 20), READ);
    capture(&mut group, "chunked", &chunked(1 << 20, 8 * 1024), READ);
    capture(&mut group, "small chunks", &chunked(64 * 1024, 16), READ);
    group.finish();
}

/// The same requests again and again on one connection, in reads of this length.
fn capture(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, requests: &[u8], read: usize) {
    let mut capture = Capture::new(LIMITS);
    group.throughput(Throughput::Bytes(requests.len() as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let mut records = 0;
            for bytes in requests.chunks(read) {
                capture.push(black_box(bytes), |captured| {
                    black_box(captured);
                    records += 1;
                });
            }
            assert!(records > 0, "no whole request was measured");
        });
    });
}

fn sized(length: usize) -> Vec<u8> {
    let head = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    [head.into_bytes(), vec![b'x'; length]].concat()
}

fn chunked(length: usize, chunk: usize) -> Vec<u8> {
    let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunks = format!("{chunk:x}\r\n{}\r\n", "x".repeat(chunk)).repeat(length / chunk);
    format!("{head}{chunks}0\r\n\r\n").into_bytes()
}

fn formats(criterion: &mut Criterion) {
    let every_byte: Vec<u8> = (0..=255).cycle().take(8 * 1024).collect();
    let mut group = criterion.benchmark_group("format");
    for &format in Format::value_variants() {
        let Some(value) = format.to_possible_value() else {
            continue;
        };
        for (input, raw) in [("head", HEAD.as_bytes()), ("every byte", &every_byte)] {
            let name = format!("{}, {input}", value.get_name());
            write(&mut group, format, &name, raw);
        }
    }
    group.finish();
}

/// The same record again and again, into one buffer.
fn write(group: &mut BenchmarkGroup<'_, WallTime>, format: Format, name: &str, raw: &[u8]) {
    let mut formatter = Formatter::new(format, View::PLAIN);
    let connection = Connection::new(SocketAddr::from(([127, 0, 0, 1], 51_234)), 12_345);
    let mut record = Record {
        time: UNIX_EPOCH + Duration::from_secs(1_795_384_040),
        connection: &connection,
        request: Captured {
            number: 1,
            raw,
            omitted: 0,
            state: State::Complete,
            head: if raw.starts_with(b"GET ") {
                raw.len()
            } else {
                0
            },
            target: b"/articles/42?from=front",
            odd: &[],
        },
        status: Some(200),
    };
    let mut out = Vec::new();
    group.throughput(Throughput::Bytes(raw.len() as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            // Each record has another time, as under load.
            record.time += Duration::from_micros(10);
            record.request.number += 1;
            out.clear();
            formatter.write(black_box(&record), &mut out);
            black_box(&out);
        });
    });
}
