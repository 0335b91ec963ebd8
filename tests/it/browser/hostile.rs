//! Requests that try to act on the page: it shows each as text, and the text is that of the log.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use super::Inspected;
use super::driver::Browser;
use crate::support::{BOUND, directory};

/// What a page could run, load, obey or lose.
const HOSTILE: [&[u8]; 23] = [
    b"<script>pwned=1</script>",
    b"<img src=x onerror=pwned=1>",
    b"\"><img src=x onerror=pwned=1>",
    b"'><svg/onload=pwned=1>",
    b"</pre></div><iframe srcdoc='<script>parent.pwned=1</script>'>",
    b"</script><script>alert(1)</script>",
    b"javascript:alert(1)",
    b"data:text/html,<script>alert(1)</script>",
    b"{{constructor.constructor('alert(1)')()}}${alert(1)}",
    b"&lt;b&gt;&amp;&#x3c;&quot;",
    b"__proto__",
    b"constructor",
    b"<style>*{display:none}</style><meta http-equiv=refresh content=0;url=//evil.test>",
    b"\xe2\x80\xae\xe2\x81\xa6txt.exe\xe2\x80\xac",
    b"\xc2\x9b31m\xc2\x85\xc2\x9d0;title\xc2\x9c",
    b"\x1b[2J\x1b]0;title\x07\x08\x08",
    b"\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80",
    b"\0\0nul\0",
    b"\\u{202e}\\x1b\\\\n",
    b"\xef\xbb\xbfbom\xe2\x80\xa8line\xe2\x80\xa9paragraph\xef\xbf\xbe",
    "e\u{301}\u{20dd}👩\u{200d}👧🇨🇳مرحبا".as_bytes(),
    b"  \xe2\x86\xb3 refused: forged",
    b"\t\x0b\x0c\r",
];

/// JSON that a parser changes, and the same cut.
const JSON: [&str; 4] = [
    r#"{"big":12345678901234567890.12345678901234567890,"e":1E400,"__proto__":{"a":1},"a":1,"a":2}"#,
    r#"{"</pre><script>pwned=1</script>":"<img src=x onerror=pwned=1>\u202e"}"#,
    r#"[1.0,-0,0.10,1e2,"\ud800",[],{},"\"]}"]"#,
    r#"{"cut":[1,2"#,
];

/// Shows the record with this id in each view, and gives its text once that is as expected.
const LOOK: &str = r"const [id, expected, has_all, note] = arguments;
    const by = name => document.getElementById(name);
    document.querySelector(`#list [data-id='${id}']`).click();
    const same = text => has_all ? text.replace(/\n$/, '') == expected : text.startsWith(expected);
    const until = performance.now() + 10000;
    const is_there = () => same(by('text').textContent) && by('notes').textContent.includes(note);
    while (!is_there() && performance.now() < until)
        await new Promise(done => setTimeout(done, 2));
    for (const tab of ['hex', 'headers', 'body', 'text']) {
        by('tab-' + tab).click();
        by(tab).offsetHeight;
    }
    return [by('text').textContent, by('notes').textContent];";

/// What no text of a request may become.
const MADE: &str = "return document.querySelectorAll('img, iframe, svg, style, meta[http-equiv], \
    script:not([src=\"/page.js\"]), [onerror], [onload], a[href], object, embed').length \
    + (typeof pwned == 'undefined' ? 0 : 1000)";

/// The same text at each place of a request, and as garbage.
fn requests(text: &[u8]) -> [Vec<u8>; 5] {
    let length = format!("Content-Length: {}", text.len());
    let head = |line: &[u8], fields: &[u8]| {
        [line, b" HTTP/1.1\r\nHost: a\r\n", fields, b"\r\n\r\n"].concat()
    };
    let field = |name: &[u8], value: &[u8]| head(b"GET /", &[name, b": ", value].concat());
    [
        head(&[b"GET /", text].concat(), b"A: b"),
        field(text, b"value"),
        field(b"X-Field", text),
        [head(b"POST /", length.as_bytes()), text.to_vec()].concat(),
        text.to_vec(),
    ]
}

/// A record in the log of `pretty`.
#[derive(Default)]
struct Shown {
    notes: Vec<String>,
    text: Vec<String>,
}

/// The log, once it has this many records.
fn whole(path: &Path, count: usize) -> String {
    let deadline = Instant::now() + BOUND;
    loop {
        let log = std::fs::read_to_string(path).unwrap_or_default();
        let starts = log.lines().filter(|line| line.starts_with('▶')).count();
        if starts == count && log.ends_with("\n\n") {
            return log;
        }
        assert!(Instant::now() < deadline, "{starts} of {count} records");
        std::thread::yield_now();
    }
}

/// The records of a log in the format `pretty`, by their numbers.
fn records(log: &str) -> HashMap<String, Shown> {
    let mut records = HashMap::<String, Shown>::new();
    let mut number = String::new();
    for line in log.lines() {
        if line.starts_with('▶') {
            line.split(' ').nth(2).unwrap().clone_into(&mut number);
        } else if let Some(note) = line.strip_prefix("  ↳ ") {
            let record = records.entry(number.clone()).or_default();
            record.notes.push(note.to_owned());
        } else if let Some(text) = line.strip_prefix("  ") {
            let record = records.entry(number.clone()).or_default();
            record.text.push(text.to_owned());
        }
    }
    records
}

impl Shown {
    /// Its text, and whether that is all of it: long bodies are cut, and those that are no text are a
    /// hexdump.
    fn text(&self) -> (String, bool) {
        let is_cut = self.notes.iter().any(|note| note.contains(" more bytes"));
        let is_dump = |line: &String| line.starts_with("0000  ") && line.ends_with('|');
        let dump = self.text.iter().position(is_dump);
        let lines = &self.text[..dump.unwrap_or(self.text.len())];
        let text = lines.join("\n");
        (
            text.trim_end_matches('…').to_owned(),
            !is_cut && dump.is_none(),
        )
    }
}

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn hostile_requests_are_text_in_chromium_and_the_same_text_as_in_the_log() {
    let folder = directory();
    let path = folder.path().join("log");
    let inspected = Inspected::start(&[
        "--workers",
        "1",
        "--log",
        "pretty",
        "--log-file",
        path.to_str().unwrap(),
    ]);
    let line = [&b"<i>"[..], &vec![b'a'; 64 << 10]].concat();
    let requests: Vec<_> = HOSTILE
        .into_iter()
        .chain([&line[..]])
        .flat_map(requests)
        .collect();
    for request in &requests {
        inspected.service.exchange(request);
    }
    let records = records(&whole(&path, requests.len()));
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    super::rows(&browser, requests.len());
    let ids = browser.run(&format!(
        "return {}.map(row => [row.querySelector('.number').textContent, row.dataset.id])",
        super::ROWS
    ));
    for pair in ids.as_array().unwrap() {
        let (number, id) = (pair[0].as_str().unwrap(), &pair[1]);
        let number = format!("#{}", number.trim_start_matches('#'));
        look(&browser, &number, id, &records[&number]);
    }
    assert_eq!(browser.run(MADE), json!(0));
    browser.expect_no_faults();
}

/// Letters that run from right to left, around a number that most browsers would move.
const RIGHT_TO_LEFT: &str = "אבג1אבג";

/// Where each character of this text stands in the element with this selector.
const PLACES: &str = r"const [selector, text] = arguments;
    const elements = [...document.querySelectorAll(selector)];
    const node = elements.find(element => element.textContent.includes(text)).firstChild;
    const start = node.data.indexOf(text);
    return [...text].map((_, at) => {
        const range = document.createRange();
        range.setStart(node, start + at);
        range.setEnd(node, start + at + 1);
        return range.getBoundingClientRect().left;
    })";

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn characters_in_chromium_stand_in_the_order_of_their_bytes() {
    let inspected = Inspected::start(&[]);
    let [text, length] = [RIGHT_TO_LEFT.to_owned(), RIGHT_TO_LEFT.len().to_string()];
    inspected.service.exchange(format!(
        "POST /{text} HTTP/1.1\r\nHost: a\r\nA: {text}\r\nContent-Length: {length}\r\n\r\n{text}"
    ));
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    super::row(&browser, "POST");
    browser.type_in("j");
    browser.wait("document.getElementById('text').textContent.startsWith('POST')");
    for (tab, selector) in [
        ("text", "#list .line"),
        ("text", "#text"),
        ("headers", "#headers dd"),
        ("body", "#body-exact"),
    ] {
        browser.click(&format!("#tab-{tab}"));
        let places = browser.run_with(PLACES, &json!([selector, text]));
        let places: Vec<f64> = serde_json::from_value(places).unwrap();
        let are_in_order = places.is_sorted_by(|one, next| one < next);
        assert!(are_in_order, "{selector}: {places:?}");
    }
    // A range cannot look into a text field.
    let field = "getComputedStyle(document.getElementById('manual')).unicodeBidi";
    assert_eq!(
        browser.run(&format!("return {field}")),
        json!("bidi-override")
    );
}

#[track_caller]
fn look(browser: &Browser, number: &str, id: &Value, record: &Shown) {
    let (text, has_all) = record.text();
    let notes = record.notes.iter();
    let notes = notes.filter(|note| !note.contains(" more bytes"));
    let notes: Vec<_> = notes.collect();
    let note = notes.first().map_or("", |note| note);
    let shown = browser.run_with(LOOK, &json!([id, text, has_all, note]));
    let (seen, said) = (shown[0].as_str().unwrap(), shown[1].as_str().unwrap());
    let is_same = if has_all {
        seen.strip_suffix('\n').unwrap_or(seen) == text
    } else {
        seen.starts_with(&text)
    };
    assert!(is_same, "{number}: the page: {seen:?}, the log: {text:?}");
    for note in notes {
        assert!(
            said.contains(note),
            "{number}: the page: {said:?}, the log: {note:?}"
        );
    }
}

/// No digit is lost, no key is, and what is no JSON stays as it is.
#[test]
#[ignore = "needs Chromium and chromedriver"]
fn json_in_chromium_is_indented_and_not_changed() {
    let inspected = Inspected::start(&[]);
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    for (number, body) in JSON.iter().enumerate() {
        let length = body.len();
        inspected.service.exchange(format!(
            "POST /{number} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        let id = super::row(&browser, &format!("/{number}"));
        browser.click(&format!("#list [data-id='{}']", id.as_str().unwrap()));
        browser.wait(&format!(
            "document.getElementById('text').textContent.startsWith('POST /{number} ')"
        ));
        browser.click("#tab-body");
        let text = |id: &str| {
            browser.run(&format!(
                "return document.getElementById('{id}').textContent"
            ))
        };
        let exact = text("body-exact");
        assert!(exact.as_str().unwrap().contains(&body[..4]), "{exact}");
        let indented = text("body-json");
        let indented = indented.as_str().unwrap();
        let is_json = !body.contains("cut");
        assert_eq!(
            without_spaces(indented).contains(body),
            is_json,
            "{indented}"
        );
        browser.click("#tab-text");
    }
    assert_eq!(browser.run(MADE), json!(0));
    browser.expect_no_faults();
}

/// The text without the space around its tokens. The bodies above have none of their own outside of
/// strings, and no two in a row in one.
fn without_spaces(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    lines.collect::<String>().replace("\": ", "\":")
}
