//! `--echo` repeats 1000 random requests exactly, however their bytes are cut and whatever is pipelined.

use std::io::Read as _;
use std::time::SystemTime;

use crate::support::{Client, Service};

/// A generator of random numbers (xorshift64*), whose seed a failure shows.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// A number below this one.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap() % end
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// Fewer bytes than `end`, each of these.
    fn bytes(&mut self, end: usize, of: &[u8]) -> Vec<u8> {
        (0..self.below(end))
            .map(|_| of[self.below(of.len())])
            .collect()
    }
}

const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "QUERY", "REPORT", "BREW",
];
const TARGET: &[u8] = b"abcXYZ019-._~!$&'()*+,;=:@/%?\xc3\xa9\"<>\\^`{|}";
const VALUE: &[u8] = b"abcXYZ019 \t!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\x80\xc3\xa9\xff";

/// A random request that the service answers.
fn request(random: &mut Random) -> Vec<u8> {
    let end = random.one(&["\r\n", "\r\n", "\r\n", "\n"]).as_bytes();
    // An empty line before a request belongs to it.
    let mut request = end.repeat(random.below(2));
    request.extend(random.one(&METHODS).as_bytes());
    request.extend(b" /");
    request.extend(random.bytes(40, TARGET));
    request.extend(b" HTTP/1.1");
    request.extend(end);
    request.extend(b"Host: a");
    request.extend(end);
    for number in 0..random.below(8) {
        request.extend(format!("X-{number}:").as_bytes());
        request.extend(random.bytes(60, VALUE));
        request.extend(end);
    }
    let all: Vec<u8> = (0..=255).collect();
    match random.below(3) {
        0 => request.extend(end),
        1 => {
            let body = random.bytes(6000, &all);
            request.extend(format!("Content-Length: {}", body.len()).as_bytes());
            request.extend([end, end].concat());
            request.extend(body);
        }
        _ => {
            request.extend(b"Transfer-Encoding: chunked");
            request.extend([end, end].concat());
            for _ in 0..random.below(6) {
                let chunk = random.bytes(900, &all);
                if !chunk.is_empty() {
                    let extension = random.one(&["", ";a", ";a=b", ";a=\"b c\""]);
                    let size = format!("{:x}{extension}\r\n", chunk.len());
                    request.extend([size.as_bytes(), &chunk, b"\r\n"].concat());
                }
            }
            let trailer = random.one(&["", "", "T: u\r\n"]);
            request.extend(format!("0\r\n{trailer}\r\n").as_bytes());
        }
    }
    request
}

/// The contents of all answers in these bytes, which each have a length.
fn contents(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut contents = Vec::new();
    while let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
        let (head, rest) = bytes.split_at(end + 4);
        let head = str::from_utf8(head).unwrap();
        let is_answer = head.starts_with("HTTP/1.1 200 OK\r\n");
        assert!(is_answer, "{head}{}", rest.escape_ascii());
        let (_, length) = head.split_once("\r\ncontent-length: ").unwrap();
        let length = length.lines().next().unwrap().parse().unwrap();
        let (content, rest) = rest.split_at_checked(length).expect("a whole answer");
        contents.push(content);
        bytes = rest;
    }
    assert!(bytes.is_empty(), "{}", bytes.escape_ascii());
    contents
}

/// What comes back for these bytes, which are sent in random pieces.
fn exchange(service: &Service, sent: &[u8], random: &mut Random) -> Vec<u8> {
    let mut client = service.connect();
    let mut half = Client(client.0.try_clone().unwrap());
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let mut bytes = Vec::new();
            client.0.read_to_end(&mut bytes).map(|_| bytes).unwrap()
        });
        let mut rest = sent;
        while !rest.is_empty() {
            let longest = *random.one(&[&2, &200, &20_000]);
            let length = (1 + random.below(longest)).min(rest.len());
            let (piece, behind) = rest.split_at(length);
            half.send(piece);
            rest = behind;
        }
        half.finish();
        reading.join().unwrap()
    })
}

#[test]
fn a_thousand_random_requests_are_echoed_exactly() {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let seed = u64::from(now.subsec_nanos()) | 1;
    let mut random = Random(seed);
    for options in [
        &["--log", "line"][..],
        &["--log", "off"],
        &["--delay", "1ms"],
    ] {
        let service = Service::start(&[&["--echo"], options].concat());
        let mut left = 1000 / 3 + 1;
        while left > 0 {
            let count = (1 + random.below(20)).min(left);
            let requests: Vec<_> = (0..count).map(|_| request(&mut random)).collect();
            let answers = exchange(&service, &requests.concat(), &mut random);
            let echoed = contents(&answers);
            for (number, request) in requests.iter().enumerate() {
                let echo = echoed.get(number).copied().unwrap_or_default();
                let (request, echo) = (request.escape_ascii(), echo.escape_ascii());
                let (request, echo) = (request.to_string(), echo.to_string());
                assert_eq!(echo, request, "seed {seed}, {options:?}, request {number}");
            }
            assert_eq!(echoed.len(), count, "seed {seed}");
            left -= count;
        }
        service.stop();
    }
}
