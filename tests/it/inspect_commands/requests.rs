//! Random requests with what a shell, curl, printf or a terminal could take for something else: in each part
//! of a head, in bodies, in chunks, and in what is no request.

/// Knuth's MMIX generator: the same requests in each run.
pub(super) struct Random(pub(super) u64);

/// What may stand in a target that curl takes.
const TARGETS: &[&str] = &[
    "/",
    "..",
    ".",
    "a",
    "%41",
    "%2f",
    "%",
    "?",
    "&",
    "=",
    ";",
    "'",
    "$(touch${IFS}hacked)",
    "`",
    "{a,b}",
    "[1-2]",
    "!!",
    "*",
    "~",
    "\\",
    "\"",
    "<",
    "|",
    "^",
    "é",
    "菜",
    "@",
    "-K",
    "://",
    "\\047",
    "''",
];

/// What may stand in a value that curl takes.
const VALUES: &[&str] = &[
    "a",
    " ",
    "'",
    "''",
    "\"",
    "$(touch hacked)",
    "`touch hacked`",
    ";touch hacked;",
    "' touch hacked '",
    "|touch hacked",
    "${PATH}",
    "%",
    "%s%n",
    "\\",
    "\\n",
    "\\'",
    "\\';touch hacked;#",
    "!!",
    "!a",
    "#",
    "&",
    "@secret",
    "-K secret",
    "--config",
    "é",
    "菜",
    "😀",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "~",
    ":",
    ";",
    "=",
    ",",
    "(",
    ")",
    "^",
];

/// What a command line cannot have as text.
const UNSEEN: &[&[u8]] = &[
    b"\t",
    b"\xff",
    b"\xe8\x8f",
    "\u{202e}".as_bytes(),
    "\u{a0}".as_bytes(),
    "\u{9b}31m".as_bytes(),
    "e\u{301}".as_bytes(),
];

/// What no head has.
const CONTROLS: &[&[u8]] = &[
    b"\0",
    b"\r",
    b"\n",
    b"\r\n",
    b"\x1b[2J",
    b"\x7f",
    b"\x08",
    b"\x07",
    b"\r\n\r\n",
    b"\x1a",
];

const METHODS: &[&str] = &[
    "GET", "GET", "GET", "POST", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "-K", "*",
    "!!", "`'|$", "--next", "get",
];

const NAMES: &[&str] = &[
    "User-Agent",
    "user-agent",
    "Accept",
    "Content-Type",
    "Expect",
    "Connection",
    "Cookie",
    "Authorization",
    "Accept-Encoding",
    "Range",
    "Referer",
    "TE",
    "Upgrade",
    "X",
    "-d",
    "!'`",
    "X",
    "x",
    "Proxy-Connection",
];

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    fn some(&mut self, of: &[&str], at_most: usize) -> String {
        let count = self.below(at_most + 1);
        (0..count).map(|_| self.one(of)).collect()
    }

    /// A request, or what is none.
    pub(super) fn request(&mut self) -> Vec<u8> {
        let mut request = match self.below(20) {
            0 => return (0..=self.below(80)).map(|_| self.byte()).collect(),
            1 => self.one(CONTROLS).to_vec(),
            _ => Vec::new(),
        };
        request.extend(self.head());
        match self.below(20) {
            0 => request.truncate(self.below(request.len()) + 1),
            1 => {
                let at = self.below(request.len());
                let other = self.one(CONTROLS);
                request.splice(at..at, other.iter().copied());
            }
            2 => request.retain(|&byte| byte != b'\r'),
            3 => request.extend(self.head()),
            _ => {}
        }
        request
    }

    fn head(&mut self) -> Vec<u8> {
        let (method, target) = (self.one(METHODS), self.some(TARGETS, 6));
        let (before, version) = match self.below(12) {
            0 => ("http://b/", "1.1"),
            1 | 2 => ("/", "1.0"),
            _ => ("/", "1.1"),
        };
        let mut head = format!("{method} {before}{target} HTTP/{version}\r\n").into_bytes();
        let host_at = self.below(3);
        for number in 0..=2 + self.below(4) {
            if number == host_at {
                let host = self.one(&["Host: a", "host:b:80", "HOST: [::1]", "Host: c.test "]);
                head.extend_from_slice(host.as_bytes());
            } else {
                self.field(&mut head);
            }
            head.extend_from_slice(b"\r\n");
        }
        let can_have_chunks = version == "1.1";
        self.body(can_have_chunks, &mut head);
        head
    }

    fn field(&mut self, head: &mut Vec<u8>) {
        let name = self.one(NAMES);
        let value = if name == "Expect" {
            self.one(&["100-continue", "100-Continue"]).to_owned()
        } else {
            self.some(VALUES, 5)
        };
        let blanks = self.one(&["", " ", "  "]);
        head.extend_from_slice(format!("{name}:{blanks}{value}").as_bytes());
        if self.below(30) == 0 {
            head.extend_from_slice(self.one(UNSEEN));
        }
    }

    /// Appends the end of a head, and a body.
    fn body(&mut self, can_have_chunks: bool, request: &mut Vec<u8>) {
        match self.below(if can_have_chunks { 6 } else { 4 }) {
            0 | 1 => request.extend_from_slice(b"\r\n"),
            2 | 3 => {
                let body = self.data();
                request.extend_from_slice(
                    format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(),
                );
                request.extend(body);
            }
            _ => {
                request.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
                for _ in 0..self.below(3) {
                    let data = [self.data(), b"x".to_vec()].concat();
                    let size = format!("{:x}{}\r\n", data.len(), self.one(&["", ";a=b"]));
                    request.extend_from_slice(&[size.as_bytes(), &data, b"\r\n"].concat());
                }
                let end = self.one(&[
                    "0\r\n\r\n",
                    "0\r\n\r\n",
                    "00;a\r\n\r\n",
                    "0\r\nA: b\r\n\r\n",
                ]);
                request.extend_from_slice(end.as_bytes());
            }
        }
    }

    /// Text, text with controls, bytes, and now and then very much of it.
    fn data(&mut self) -> Vec<u8> {
        match self.below(100) {
            0 => (0..70_000).map(|_| self.byte()).collect(),
            1 => vec![b'\''; 30_000],
            2..20 => (0..self.below(100)).map(|_| self.byte()).collect(),
            20..40 => {
                let pieces = (0..self.below(6)).map(|_| {
                    let control = self.one(&[CONTROLS, UNSEEN].concat());
                    [self.some(VALUES, 3).as_bytes(), control].concat()
                });
                pieces.collect::<Vec<_>>().concat()
            }
            40..50 => format!("@{}", self.some(&["secret", "-", "/etc/passwd"], 1)).into_bytes(),
            _ => self.some(VALUES, 8).into_bytes(),
        }
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}
