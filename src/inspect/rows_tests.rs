//! Tests of the rows: what a record becomes, which of them an answer has, and its bounds.

use super::super::testing::Records;
use super::*;
use serde_json::Value;

async fn behind(recent: &Recent, place: &Place, query: &Query, language: Language) -> Found {
    find(recent, Some(place), query, language).await
}

async fn newest(recent: &Recent, query: &Query, language: Language) -> Found {
    find(recent, None, query, language).await
}

fn parsed(found: &Found) -> Vec<Value> {
    let rows = str::from_utf8(&found.rows).unwrap();
    serde_json::from_str(&format!("[{rows}]")).unwrap()
}

/// The `line` of each newest row that this query wants.
async fn lines(records: &Records, query: &str) -> Vec<String> {
    let query = query.parse().unwrap();
    let found = newest(&records.recent, &query, Language::English).await;
    let lines = parsed(&found).into_iter();
    lines
        .map(|row| row["line"].as_str().unwrap().to_owned())
        .collect()
}

async fn only(bytes: &[u8], language: Language) -> Value {
    let records = Records::new().await;
    records.add(bytes);
    let found = newest(&records.recent, &Query::default(), language).await;
    parsed(&found).remove(0)
}

#[tokio::test]
async fn a_row_has_what_the_log_says() {
    let mut row = only(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Language::English).await;
    assert!(row["time"].take().as_u64().unwrap() > 1_700_000_000_000_000);
    let expected = serde_json::json!({
        "id": "0.0", "time": null, "peer": "127.0.0.1:9", "number": "3.1", "line": "GET /",
        "bytes": 27, "omitted": 0, "state": "", "odd": false, "notes": [],
    });
    assert_eq!(row, expected);
}

#[tokio::test]
async fn the_notes_are_sentences_of_the_viewers_language() {
    for (bytes, state, odd, english, chinese) in [
        (
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            "refused",
            false,
            "refused: Host is missing",
            "已拒绝:",
        ),
        (
            b"POST / HTTP/1.0\r\nContent-Length: 9\r\n\r\nab",
            "incomplete",
            false,
            "incomplete: the body did not end",
            "不完整:正文没有结束",
        ),
        (
            b"GET / HT",
            "incomplete",
            false,
            "incomplete: the head did not end",
            "不完整:请求头没有结束",
        ),
        (b"GET /\xff HTTP/1.0\r\n\r\n", "", true, "odd: ", "不规范:"),
    ] {
        for (language, note) in [(Language::English, english), (Language::Chinese, chinese)] {
            let row = only(bytes, language).await;
            assert_eq!(
                (&row["state"], &row["odd"]),
                (&state.into(), &odd.into()),
                "{row}"
            );
            let said = row["notes"][0].as_str().unwrap();
            assert!(said.starts_with(note), "{said:?} is not {note:?}");
        }
    }
}

#[tokio::test]
async fn a_line_is_escaped_and_cut() {
    let row = only(
        b"GET /\"<\\\x1b\xe2\x80\xae HTTP/1.0\r\n\r\n",
        Language::English,
    )
    .await;
    assert_eq!(row["line"], r#"GET /"<\\\x1b\u{202e}"#);
    let long = [b"GET /", &b"a".repeat(2000)[..], b" HTTP/1.0\r\n\r\n"].concat();
    let row = only(&long, Language::English).await;
    let line = row["line"].as_str().unwrap();
    assert_eq!(line, format!("GET /{}…", "a".repeat(LONGEST_LINE - 5)));
}

#[tokio::test]
async fn bytes_are_found_in_any_case() {
    let records = Records::new().await;
    records.add(b"GET /One HTTP/1.0\r\nX: caf\xc3\xa9\r\n\r\n");
    records.add(b"POST /two HTTP/1.0\r\nContent-Length: 3\r\n\r\n\0\xffB");
    for (find, expected) in [
        ("one", &["GET /One"][..]),
        ("ONE", &["GET /One"]),
        ("%c3%a9%0d%0a", &["GET /One"]),
        // Beyond ASCII there is no case.
        ("%c3%89", &[]),
        ("%00%ffb", &["POST /two"]),
        ("%0d%0a", &["GET /One", "POST /two"]),
        ("three", &[]),
        ("http/1.0", &["GET /One", "POST /two"]),
    ] {
        assert_eq!(
            lines(&records, &format!("find={find}")).await,
            expected,
            "{find}"
        );
    }
}

#[tokio::test]
async fn bytes_are_found_anywhere_in_a_long_record() {
    let find = "needle-".repeat(146);
    for before in [
        0,
        PART - 1022,
        PART - 1,
        PART,
        2 * PART - 1500,
        3 * PART + 7,
    ] {
        let records = Records::new().await;
        let body = "x".repeat(before) + &find + "x";
        let head = format!("POST / HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
        records.add((head + &body).as_bytes());
        for (find, count) in [(find.as_str(), 1), ("LE-X", 1), ("needle-needle-y", 0)] {
            let lines = lines(&records, &format!("find={find}")).await;
            assert_eq!(lines.len(), count, "{before} {find}");
        }
    }
}

/// A search that looks at each byte once for each byte that is wanted would take minutes.
#[tokio::test]
async fn a_long_record_is_searched_in_parts_and_others_are_served_meanwhile() {
    let records = Records::keeping(32 << 20).await;
    let body = "a".repeat(16 << 20);
    let head = format!(
        "POST /long HTTP/1.0\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    records.add((head + &body).as_bytes());
    records.add(b"GET /behind HTTP/1.0\r\n\r\n");
    let query = format!("find={}b", "a".repeat(MOST_WANTED - 1))
        .parse()
        .unwrap();
    let is_done = std::cell::Cell::new(false);
    let search = async {
        let start = records.recent.start();
        let found = behind(&records.recent, &start, &query, Language::English).await;
        is_done.set(true);
        found
    };
    let others = async {
        let mut turns = 0;
        while !is_done.get() {
            turns += 1;
            yield_now().await;
        }
        turns
    };
    let start = Instant::now();
    let (found, turns) = tokio::join!(search, others);
    println!("{:?}, {turns} turns", start.elapsed());
    assert!(found.rows.is_empty(), "{found:?}");
    assert!(turns > (16 << 20) / (2 * STEP), "{turns} turns");
    // The first record is searched to its end, whatever time it takes: the next search goes on behind it.
    assert_ne!(found.next, records.recent.start());
}

/// The time is over at once.
#[tokio::test(start_paused = true)]
async fn a_search_whose_time_is_over_goes_on_with_the_same_record() {
    let records = Records::new().await;
    let body = "x".repeat(300 << 10);
    for _ in 0..3 {
        let head = format!("POST / HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
        records.add((head + &body).as_bytes());
    }
    let query = "find=y".parse().unwrap();
    let mut place = records.recent.start();
    for searched in 1..=3 {
        let mut search = Search::new(&records.recent, &place, &query);
        search.until = Instant::now();
        assert_eq!(search.next().await, None);
        place = search.reader.place().clone();
        let is_behind = place.to_string().ends_with(&format!(".{searched}"));
        assert!(is_behind, "{place} after {searched}");
    }
    assert_eq!(place, records.recent.end());
}

#[tokio::test]
async fn refused_and_odd_ones_alone() {
    let records = Records::new().await;
    records.add(b"GET /fine HTTP/1.0\r\n\r\n");
    records.add(b"GET /refused HTTP/1.1\r\n\r\n");
    records.add(b"GET /odd\xff HTTP/1.0\r\n\r\n");
    assert_eq!(lines(&records, "only=refused").await, ["GET /refused"]);
    assert_eq!(lines(&records, "only=odd").await, [r"GET /odd\xff"]);
    assert_eq!(lines(&records, "only=odd&find=fine").await, [""; 0]);
    assert_eq!(lines(&records, "").await.len(), 3);
}

#[tokio::test]
async fn the_newest_are_at_most_500_and_in_order() {
    let records = Records::new().await;
    for number in 0..700 {
        records.add(format!("GET /{number} HTTP/1.0\r\n\r\n").as_bytes());
    }
    let lines = lines(&records, "").await;
    let expected: Vec<_> = (200..700).map(|number| format!("GET /{number}")).collect();
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn what_is_wanted_is_found_behind_many_others() {
    let records = Records::new().await;
    records.add(b"GET /wanted HTTP/1.0\r\n\r\n");
    for _ in 0..700 {
        records.add(b"GET /other HTTP/1.0\r\n\r\n");
    }
    assert_eq!(lines(&records, "find=wanted").await, ["GET /wanted"]);
}

#[tokio::test]
async fn an_answer_has_a_bound_and_the_next_one_goes_on() {
    let records = Records::new().await;
    let target = "a".repeat(900);
    for number in 0..600 {
        records.add(format!("GET /{number}{target} HTTP/1.0\r\n\r\n").as_bytes());
    }
    let (query, english) = (Query::default(), Language::English);
    let found = newest(&records.recent, &query, english).await;
    assert!(found.rows.len() <= MOST_BYTES, "{}", found.rows.len());
    let last = parsed(&found).pop().unwrap();
    assert!(
        last["line"].as_str().unwrap().starts_with("GET /599"),
        "{last}"
    );
    let mut place = records.recent.start();
    let mut count = 0;
    while count < 600 {
        let found = behind(&records.recent, &place, &query, english).await;
        assert!(found.rows.len() <= MOST_BYTES, "{}", found.rows.len());
        for row in parsed(&found) {
            let line = row["line"].as_str().unwrap();
            assert!(
                line.starts_with(&format!("GET /{count}a")),
                "{count}: {line}"
            );
            count += 1;
        }
        place = found.next;
    }
    assert_eq!(place, records.recent.end());
}

#[tokio::test]
async fn only_what_is_behind_a_place() {
    let records = Records::new().await;
    records.add(b"GET /before HTTP/1.0\r\n\r\n");
    let since = records.recent.end();
    assert_eq!(lines(&records, &format!("since={since}")).await, [""; 0]);
    records.add(b"GET /behind HTTP/1.0\r\n\r\n");
    assert_eq!(
        lines(&records, &format!("since={since}")).await,
        ["GET /behind"]
    );
    assert_eq!(lines(&records, "").await.len(), 2);
}

#[tokio::test]
async fn what_was_overwritten_is_counted() {
    let records = Records::new().await;
    let start = records.recent.end();
    let body = "x".repeat(60_000);
    for _ in 0..40 {
        let head = format!("POST / HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
        records.add((head + &body).as_bytes());
    }
    let found = behind(
        &records.recent,
        &start,
        &Query::default(),
        Language::English,
    )
    .await;
    let shown = parsed(&found).len() as u64;
    assert!(found.missed > 0 && shown > 0, "{} {shown}", found.missed);
    assert_eq!(found.missed + shown, 40);
}
