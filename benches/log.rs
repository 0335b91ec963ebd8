//! What the log costs a byte: the capture, by the ways in which requests come, and each format.
//!
//! `cargo bench`, or `cargo bench capture/split`. Throughput counts the bytes that a client sent, in
//! all cases; whole requests through sockets are measured by `bench/run`.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use hellowire::capture::{Capture, Captured, Limits, State};
use hellowire::request_log::Origin;
use hellowire::request_log::format::{Format, Formatter};
use hellowire::request_log::record::Record;

/// The program's own.
const LIMITS: Limits = Limits {
    head: 64 * 1024,
    target: 32 * 1024,
    body: 16 << 20,
    kept_body: 64 * 1024,
    is_strict: false,
};

/// How much hyper reads at once of a large body.
const READ: usize = 64 * 1024;

/// A browser's, as long as they are.
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

/// Requests that come over and over on one connection, in reads of this length.
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
            assert!(records > 0, "what is measured are whole requests");
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
    for (format, name) in [
        (Format::Line, "line"),
        (Format::Json, "json"),
        (Format::Pretty, "pretty"),
        (Format::Hex, "hex"),
        (Format::Document, "document"),
    ] {
        write(
            &mut group,
            format,
            &format!("{name}, head"),
            HEAD.as_bytes(),
        );
        write(
            &mut group,
            format,
            &format!("{name}, every byte"),
            &every_byte,
        );
    }
    group.finish();
}

/// One record over and over, in the buffer that it is written to.
fn write(group: &mut BenchmarkGroup<'_, WallTime>, format: Format, name: &str, raw: &[u8]) {
    let mut formatter = Formatter::new(format, false);
    let origin = Origin::new(SocketAddr::from(([127, 0, 0, 1], 51_234)), 12_345);
    let mut record = Record {
        time: UNIX_EPOCH + Duration::from_secs(1_795_384_040),
        origin: &origin,
        request: Captured {
            number: 1,
            raw,
            omitted: 0,
            state: State::Complete,
            odd: &[],
        },
    };
    let mut out = Vec::new();
    group.throughput(Throughput::Bytes(raw.len() as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            // Each has a time of its own, as under load.
            record.time += Duration::from_micros(10);
            record.request.number += 1;
            out.clear();
            formatter.write(black_box(&record), &mut out);
            black_box(&out);
        });
    });
}
