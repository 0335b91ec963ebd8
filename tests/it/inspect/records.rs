//! The records that the page asks for: rows, filters, exact bytes, and the poll that waits.

use std::time::Instant;

use super::{GET, Inspected, answer, expect_in_the_end, json};
use crate::support::{BOUND, Client};

#[test]
fn a_request_is_a_row() {
    let page = Inspected::start(&[]);
    let mut client = page.service.connect();
    let peer = client.0.local_addr().unwrap().to_string();
    client.send(GET);
    client.read_answer();
    let mut json = page.json("/records");
    let time = json["records"][0]["time"].take().as_u64().unwrap();
    // Microseconds since 1970, of this decade or a later one.
    assert!(time > 1_700_000_000_000_000, "{time}");
    let next = json["next"].take();
    assert!(next.as_str().unwrap().ends_with(".1"), "{next}");
    let expected = serde_json::json!({
        "next": null,
        "missed": 0,
        "to": page.service.address().to_string(),
        "curl": format!("http://{}/", page.service.address()),
        "records": [{
            "id": "0.0", "time": null, "peer": peer, "number": "1.1", "line": "GET /hello",
            "bytes": 32, "omitted": 0, "state": "", "odd": false, "notes": [],
        }],
    });
    assert_eq!(json, expected);
}

#[test]
fn no_record_is_no_row() {
    let page = Inspected::start(&[]);
    let json = page.json("/records");
    let next = json["next"].as_str().unwrap();
    assert!(next.ends_with(".0"), "{next}");
    assert_eq!(json["missed"], 0);
    assert_eq!(json["records"], serde_json::json!([]));
}

#[test]
fn a_poll_is_answered_as_soon_as_a_request_comes() {
    let page = Inspected::start(&[]);
    page.request("GET /before HTTP/1.0\r\n\r\n");
    let place = page.place();
    let waiting = page.ask(&format!("/records?after={place}"));
    page.request(GET);
    let json = json(&answer(waiting));
    let records = json["records"].as_array().unwrap();
    assert_eq!(records.len(), 1, "{json}");
    assert_eq!(records[0]["line"], "GET /hello");
    assert!(json["next"].as_str().unwrap().ends_with(".2"), "{json}");
    // What is there is answered at once. A place of another process is before all of it.
    assert_eq!(page.lines("after=0"), ["GET /before", "GET /hello"]);
}

#[test]
fn a_poll_skips_what_is_not_wanted() {
    let page = Inspected::start(&[]);
    let waiting = page.ask("/records?after=0&find=wanted&viewer=1");
    page.request("GET /other HTTP/1.0\r\n\r\n");
    page.request("GET /Wanted HTTP/1.0\r\n\r\n");
    let json = json(&answer(waiting));
    let records = json["records"].as_array().unwrap();
    assert_eq!(records.len(), 1, "{json}");
    assert_eq!(records[0]["line"], "GET /Wanted");
}

#[test]
fn the_bytes_of_a_record_are_exact() {
    let page = Inspected::start(&[]);
    let head = b"POST /\x80\" HTTP/1.1\r\nHost: a\r\nContent-Length: 256\r\n\r\n";
    let body: Vec<u8> = (0..=255).collect();
    let sent = [&head[..], &body].concat();
    page.request(&sent);
    let answer = page.answer("/records/0.0");
    assert!(answer.body == sent, "{}", answer.body.escape_ascii());
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        (
            "content-disposition",
            "attachment; filename=\"hellowire-1-1.bin\"",
        ),
    ] {
        assert!(answer.has_field(name, value), "{answer:?}");
    }
    for target in [
        "/records/0.1",
        "/records/1.0",
        "/records/0",
        "/records/x.y",
        "/records/",
    ] {
        assert_eq!(page.answer(target).status, 404, "{target}");
    }
}

#[test]
fn refused_and_broken_requests_have_their_reasons() {
    let page = Inspected::start(&[]);
    page.request("GET /no-host HTTP/1.1\r\n\r\n");
    page.request("GET /odd\u{e9} HTTP/1.0\r\n\r\n");
    page.request(GET);
    page.wait_for(3);
    let refused = page.rows("only=refused");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0]["state"], "refused");
    assert_eq!(
        refused[0]["notes"],
        serde_json::json!(["refused: Host is missing (RFC 9112 3.2)"])
    );
    let odd = page.rows("only=odd&lang=zh");
    assert_eq!(odd.len(), 1, "{odd:?}");
    assert_eq!(
        (&odd[0]["state"], &odd[0]["odd"]),
        (&"".into(), &true.into())
    );
    let note = odd[0]["notes"][0].as_str().unwrap();
    assert!(note.starts_with("不规范:"), "{note}");
    assert_eq!(page.rows("").len(), 3);
}

#[test]
fn bytes_are_found_by_their_escapes_and_in_any_case() {
    let page = Inspected::start(&[]);
    page.request("GET /one HTTP/1.0\r\nX: Caf\u{e9}\r\n\r\n");
    page.request(b"POST /two HTTP/1.0\r\nContent-Length: 3\r\n\r\n\0\xff\n");
    for (find, expected) in [
        ("ONE", &["GET /one"][..]),
        ("caf%C3%A9", &["GET /one"]),
        ("%00%FF%0a", &["POST /two"]),
        ("%0d%0a%0D%0A", &["GET /one", "POST /two"]),
        ("three", &[]),
    ] {
        assert_eq!(page.lines(&format!("find={find}")), expected, "{find}");
    }
}

#[test]
fn a_bad_parameter_is_named() {
    let page = Inspected::start(&[]);
    for (query, name) in [
        ("color=red", "color"),
        ("after=x", "after"),
        ("only=all", "only"),
        ("lang=de", "lang"),
        ("viewer=me", "viewer"),
        ("%3Cb%3E=1", "%3Cb%3E"),
    ] {
        let answer = page.answer(&format!("/records?{query}"));
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.text(), format!("bad parameter: {name}\n"));
    }
}

#[test]
fn what_was_overwritten_is_counted_and_gone() {
    let page = Inspected::start(&["--inspect-keep", "64KiB"]);
    let body = "x".repeat(8 * 1024);
    let request = format!(
        "POST / HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let start = page.place();
    for _ in 0..20 {
        page.request(&request);
    }
    let json = page.json(&format!("/records?after={start}"));
    let missed = json["missed"].as_u64().unwrap();
    let shown = json["records"].as_array().unwrap().len() as u64;
    assert_eq!(missed + shown, 20, "{json}");
    assert!(missed >= 12 && shown >= 1, "{json}");
    assert_eq!(page.answer("/records/0.0").status, 404);
    assert_eq!(page.answer("/records/0.19").body, request.as_bytes());
    // The same name and another time: it was a record of an earlier process.
    let time = json["records"].as_array().unwrap().last().unwrap()["time"].as_u64();
    for (time, status) in [(time.unwrap(), 200), (1, 404)] {
        for target in ["/records/0.19", "/records/0.19/view"] {
            let answer = page.answer(&format!("{target}?time={time}"));
            assert_eq!(answer.status, status, "{target} {time}");
        }
    }
}

#[test]
fn only_what_is_behind_a_place_is_shown() {
    let page = Inspected::start(&[]);
    page.request(GET);
    let place = page.place();
    assert_eq!(page.lines(&format!("since={place}")), [""; 0]);
    page.request("GET /behind HTTP/1.0\r\n\r\n");
    assert_eq!(page.lines(&format!("since={place}")), ["GET /behind"]);
    assert_eq!(page.lines(&format!("since={place}&find=hello")), [""; 0]);
}

#[test]
fn a_new_poll_of_a_viewer_ends_the_earlier_one() {
    let page = Inspected::start(&[]);
    let place = page.place();
    let target = format!("/records?after={place}&viewer=abc");
    let first = page.ask(&target);
    let second = page.ask(&target);
    let start = Instant::now();
    let json_of_first = json(&answer(first));
    // Without the second one it would have waited for longer.
    assert!(start.elapsed().as_secs() < 15, "{:?}", start.elapsed());
    assert_eq!(json_of_first["records"], serde_json::json!([]));
    assert_eq!(json_of_first["next"], place);
    page.request(GET);
    let json_of_second = json(&answer(second));
    assert_eq!(json_of_second["records"][0]["line"], "GET /hello");
}

#[test]
fn eight_viewers_are_served_at_once() {
    let page = Inspected::start(&[]);
    page.request(GET);
    let place = page.place();
    let ask = |viewer: usize| page.ask(&format!("/records?after={place}&viewer={viewer}"));
    let mut waiting: Vec<Client> = (0..8).map(ask).collect();
    let refused = expect_in_the_end(&page, "/records", 503);
    assert!(refused.has_field("retry-after", "1"), "{refused:?}");
    // The page itself, one record, and a reload of one of them need no such place.
    assert_eq!(page.answer("/page.js").status, 200);
    assert_eq!(page.answer("/records/0.0").body, GET.as_bytes());
    let earlier = std::mem::replace(&mut waiting[3], ask(3));
    assert_eq!(json(&answer(earlier))["records"], serde_json::json!([]));
    page.request(GET);
    for client in waiting {
        let json = json(&answer(client));
        assert_eq!(json["records"][0]["line"], "GET /hello", "{json}");
    }
    expect_in_the_end(&page, "/records", 200);
}

#[test]
fn an_answer_that_is_not_read_holds_its_place_alone() {
    let page = Inspected::start(&["--socket-buffer", "4KiB"]);
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(900));
    page.request(long.repeat(300));
    let unread: Vec<Client> = (0..8).map(|_| page.ask("/records")).collect();
    expect_in_the_end(&page, "/records", 503);
    page.request(GET);
    assert_eq!(page.answer("/").status, 200);
    assert_eq!(page.answer("/records/0.0").body, long.as_bytes());
    drop(unread);
    expect_in_the_end(&page, "/records", 200);
}

#[test]
fn a_long_record_is_sent_alone() {
    let page = Inspected::start(&[
        "--socket-buffer",
        "4KiB",
        "--log-body",
        "16MiB",
        "--inspect-keep",
        "64MiB",
    ]);
    let body = "x".repeat(15 << 20);
    let head = format!(
        "POST /long HTTP/1.0\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let long = head + &body;
    page.request(&long);
    page.request(GET);
    let start = Instant::now();
    // Small ones have room beside each other.
    let unread: Vec<Client> = (0..8).map(|_| page.ask("/records/0.1")).collect();
    assert_eq!(page.answer("/records/0.1").body, GET.as_bytes());
    for client in unread {
        assert_eq!(answer(client).body, GET.as_bytes());
    }
    let unread = loop {
        let client = page.ask("/records/0.0");
        let mut status = [0; 12];
        client.0.peek(&mut status).unwrap();
        // The small ones may not have left quite yet.
        if status.ends_with(b"200") {
            break client;
        }
        assert!(start.elapsed() < BOUND);
    };
    let refused = expect_in_the_end(&page, "/records/0.1", 503);
    assert!(refused.has_field("retry-after", "1"), "{refused:?}");
    assert_eq!(page.answer("/records/0.0").status, 503);
    assert_eq!(page.answer("/records/0.1/view").status, 503);
    // The list is served meanwhile.
    assert_eq!(page.lines(""), ["POST /long", "GET /hello"]);
    assert!(answer(unread).body == long.as_bytes());
    expect_in_the_end(&page, "/records/0.1", 200);
    expect_in_the_end(&page, "/records/0.0/view", 200);
}

/// Records are read once the request is whole.
#[test]
fn a_request_whose_body_is_not_there_takes_no_room() {
    let page = Inspected::start(&["--log-body", "16MiB", "--inspect-keep", "64MiB"]);
    let body = "x".repeat(3 << 20);
    let head = format!("POST / HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
    page.request(head + &body);
    let get = page.get("/records/0.0");
    let chunked = get.replacen("\r\n", "\r\nTransfer-Encoding: chunked\r\n", 1);
    let mut slow = Client::connect(page.page);
    slow.send(chunked);
    for _ in 0..3 {
        expect_in_the_end(&page, "/records/0.0/view", 200);
    }
    slow.send("0\r\n\r\n");
    assert_eq!(answer(slow).status, 200);
}
