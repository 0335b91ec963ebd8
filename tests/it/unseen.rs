//! The log shows no character that is blank by its Unicode name.

use std::process::Command;

use crate::support::{Service, run};

/// Python has Unicode's names, if not always the newest.
const BLANK: &str = r"
import unicodedata
for point in range(0x110000):
    words = unicodedata.name(chr(point), '').replace('-', ' ').split()
    if 'BLANK' in words or 'NULL' in words:
        print('%x' % point)
";

#[test]
#[ignore = "needs python3"]
fn what_is_blank_by_name_is_escaped() {
    let points = run(Command::new("python3").args(["-c", BLANK]));
    let blank: String = points
        .lines()
        .map(|point| char::from_u32(u32::from_str_radix(point, 16).unwrap()).unwrap())
        .collect();
    assert!(blank.contains('\u{2800}'), "{blank:?}");
    let service = Service::start(&["--log", "json"]);
    let length = blank.len();
    service.exchange(format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{blank}"
    ));
    let record = service.stdout.next();
    assert!(record.is_ascii(), "{record}");
    assert!(record.contains("\\u2800"), "{record}");
}
