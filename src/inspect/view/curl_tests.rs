//! Which requests curl can make, and by which arguments.

use proptest::prelude::*;

use super::super::samples::{TO, curl_of, expect_visible, hostile, printed, raw, record, words};
use super::*;

/// The arguments that all commands begin with.
const START: &str = "curl -q --noproxy '*' --http1.1 --path-as-is -g";

#[track_caller]
fn text_of(request: &[u8]) -> String {
    let command = curl_of(&record(request), TO);
    command.text.unwrap_or_else(|| panic!("{:?}", command.why))
}

/// Expects the command to have this behind its start.
#[track_caller]
fn expect(request: &str, behind: &str) {
    assert_eq!(text_of(request.as_bytes()), format!("{START} {behind}"));
}

#[track_caller]
fn expect_none(kept: &Kept, why: &'static str) {
    assert_eq!(curl_of(kept, TO), Command::none(why));
}

#[test]
fn fields_are_kept_in_their_order_and_nothing_is_added() {
    expect(
        "GET /a?b=c HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n",
        "-H 'Host: a' -H 'User-Agent: x' -H 'Accept: */*' 'http://127.0.0.1:8080/a?b=c'",
    );
    expect(
        "GET / HTTP/1.1\r\nB: 2\r\nhost:a\r\nb:   1 2  \r\nEmpty:\r\n\r\n",
        "-H 'B: 2' -H 'host: a' -H 'b: 1 2' -H 'Empty;' -H User-Agent: -H Accept: http://127.0.0.1:8080/",
    );
    assert_eq!(
        text_of(b"GET / HTTP/1.0\r\naccept:\r\n\r\n"),
        "curl -q --noproxy '*' --http1.0 --path-as-is -g -H 'accept;' -H Host: -H User-Agent: \
         http://127.0.0.1:8080/"
    );
}

/// The fields of the requests below, and what they are as arguments.
const FIELDS: &str = "Host: a\r\nUser-Agent: x\r\nAccept: y\r\n";
const AS_OPTIONS: &str = "-H 'Host: a' -H 'User-Agent: x' -H 'Accept: y'";

#[track_caller]
fn expect_method(method: &str, option: &str) {
    let request = format!("{method} / HTTP/1.1\r\n{FIELDS}\r\n");
    expect(
        &request,
        &format!("{option}{AS_OPTIONS} http://127.0.0.1:8080/"),
    );
}

#[test]
fn the_method_is_named_unless_it_is_curls_own() {
    expect_method("GET", "");
    expect_method("HEAD", "--head ");
    expect_method("POST", "-X POST ");
    expect_method("*", "-X '*' ");
    expect_method("-K", "-X -K ");
    expect_method("|`", "-X '|`' ");
}

#[test]
fn a_target_that_curl_may_change_is_no_part_of_the_url() {
    for (target, is_in_url) in [
        ("/", true),
        ("//a/../b/./c", true),
        ("/%41%2F", true),
        ("/@a:b;c,d", true),
        ("/%2f", false),
        ("/%zz", false),
        ("/?", false),
        ("/{a,b}[1-2]", false),
        ("/\\\"<>^`|", false),
        ("/é", false),
        ("http://b/c", false),
        ("*", false),
    ] {
        let text = text_of(format!("GET {target} HTTP/1.1\r\n{FIELDS}\r\n").as_bytes());
        let words = words(&text);
        let url = words.last().unwrap();
        if is_in_url {
            assert_eq!(url, &format!("http://127.0.0.1:8080{target}"), "{text}");
        } else {
            let option = words.iter().position(|word| word == "--request-target");
            assert_eq!(words[option.unwrap() + 1], target, "{text}");
            assert_eq!(url, "http://127.0.0.1:8080/", "{text}");
        }
    }
}

#[test]
fn a_zone_has_the_form_of_a_url() {
    let kept = record(b"GET / HTTP/1.0\r\n\r\n");
    let text = curl_of(&kept, "[fe80::1%eth0]:80").text.unwrap();
    assert!(text.ends_with(" 'http://[fe80::1%25eth0]:80/'"), "{text}");
}

#[test]
fn a_unix_socket_is_an_option_and_the_url_has_a_host_of_no_meaning() {
    let kept = record(b"GET /a HTTP/1.0\r\n\r\n");
    for (to, word) in [
        ("unix:/run/a.sock", "/run/a.sock"),
        ("unix:/it's a%b", r"'/it'\''s a%b'"),
        ("unix:-a", "-a"),
    ] {
        let expected = format!("--unix-socket {word} http://localhost/");
        assert_eq!(plain(to), expected);
        let text = curl_of(&kept, to).text.unwrap();
        let expected = format!(" -g --unix-socket {word} -H Host: ");
        assert!(text.contains(&expected), "{text}");
        assert!(text.ends_with(" http://localhost/a"), "{text}");
    }
}

#[test]
fn the_page_shows_a_plain_request() {
    assert_eq!(plain(TO), "http://127.0.0.1:8080/");
}

#[track_caller]
fn expect_body(head: &str, body: &str, before: &str, options: &str) {
    let request = format!("{head} / HTTP/1.1\r\n{FIELDS}{body}");
    let text = text_of(request.as_bytes());
    let expected = format!("{before}{START} {options} http://127.0.0.1:8080/");
    assert_eq!(text, expected.replace("FIELDS", AS_OPTIONS));
}

#[test]
fn a_body_is_an_argument_if_it_is_text_and_no_name_of_a_file() {
    let removed = "-H Content-Type: -H Expect:";
    expect_body(
        "POST",
        "Content-Length: 4\r\n\r\nit's",
        "",
        &format!(r"FIELDS {removed} --data-binary 'it'\''s'"),
    );
    expect_body(
        "PUT",
        "Content-Type: a/b\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
        "",
        "-X PUT FIELDS -H 'Content-Type: a/b' -H 'Expect: 100-continue' --data-binary ''",
    );
    expect_body(
        "GET",
        "Content-Length: 2\r\n\r\n-d",
        "",
        &format!("-X GET FIELDS {removed} --data-binary -d"),
    );
    for (body, format) in [
        ("@/a", "@/a"),
        ("a\n", r"a\n"),
        ("\0é\u{202e}", r"\000\303\251\342\200\256"),
    ] {
        expect_body(
            "POST",
            &format!("Content-Length: {}\r\n\r\n{body}", body.len()),
            &format!("printf '{format}' | "),
            &format!("FIELDS {removed} --data-binary @-"),
        );
    }
    expect_body(
        "HEAD",
        "Content-Length: 0\r\n\r\n",
        "",
        "--head FIELDS -H 'Content-Length: 0'",
    );
}

#[test]
fn chunks_are_curls_own() {
    let removed = "-H Content-Type: -H Expect:";
    for (chunks, data) in [
        ("0\r\n\r\n", "''"),
        ("1\r\na\r\n2;x=y\r\nbc\r\n00\r\n\r\n", "abc"),
    ] {
        expect_body(
            "POST",
            &format!("Transfer-Encoding: chunked\r\n\r\n{chunks}"),
            "",
            &format!("FIELDS -H 'Transfer-Encoding: chunked' {removed} --data-binary {data}"),
        );
    }
}

#[test]
fn what_curl_cannot_say_has_a_reason() {
    let get =
        |fields: &str| record(format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n").as_bytes());
    let mut cut = get("");
    cut.omitted = 1;
    expect_none(
        &cut,
        "not all of its bytes were kept (--log-body, --inspect-keep)",
    );
    expect_none(&raw(&get("").raw), "its bytes were not parsed");
    expect_none(
        &record(b"GET / HTTP/1.1\r\n\r\n"),
        "it is refused, and curl makes no such request",
    );
    let mut incomplete = record(b"GET /");
    incomplete.refused = None;
    incomplete.state = crate::request_log::StateKind::HeadCut;
    expect_none(
        &incomplete,
        "it is incomplete, and curl sends whole requests",
    );
    for form in [
        &b"\r\nGET / HTTP/1.0\r\n\r\n"[..],
        b"GET / HTTP/1.0\nA: b\n\n",
    ] {
        expect_none(
            &record(form),
            "it has empty lines before it, or bare LFs: curl sends CRLFs alone",
        );
    }
    let long = format!("A: {}\r\n", "x".repeat(MOST));
    expect_none(&get(&long), "its head or its body is over 64 KiB");
    let length = MOST + 1;
    let long = format!("Content-Length: {length}\r\n\r\n{}", "x".repeat(length));
    expect_none(&get(&long), "its head or its body is over 64 KiB");
    let trailers = "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n";
    expect_none(&get(trailers), "curl sends no trailer fields");
    let empty = "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    expect_none(
        &get(empty),
        "curl does not end an empty body of chunks behind Expect",
    );
    expect_none(
        &record(b"HEAD / HTTP/1.0\r\nContent-Length: 1\r\n\r\na"),
        "curl sends no body with HEAD",
    );
    for fields in ["A: b\tc\r\n", "A: \u{202e}\r\n", "A: \u{a0}\r\n"] {
        expect_none(
            &get(fields),
            "its head has bytes that can't be pasted as text",
        );
    }
    expect_none(
        &record(b"GET /\xff HTTP/1.0\r\n\r\n"),
        "its head has bytes that can't be pasted as text",
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The arguments are those of the fields and of the body, whatever bytes these have.
    #[test]
    fn no_byte_leaves_its_argument(value in "['\"`$(){};|&<>%@!~*?#=\\\\ a-c0-9é菜-]{0,40}", body in hostile()) {
        let length = body.len();
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nX: ");
        let request = [head.as_bytes(), value.as_bytes(), b"\r\n\r\n", &body].concat();
        let kept = record(&request);
        prop_assert_eq!((&kept.raw, &kept.refused), (&request, &None));
        let command = curl_of(&kept, TO).text.unwrap();
        expect_visible(&command);
        let words = words(&command);
        let from = words.iter().position(|word| word == "curl").unwrap();
        let data = words.iter().rposition(|word| word == "--data-binary").unwrap();
        let value = value.trim_ascii();
        let field = if value.is_empty() { "X;".to_owned() } else { format!("X: {value}") };
        prop_assert_eq!(&words[from..data], [
            "curl", "-q", "--noproxy", "*", "--http1.1", "--path-as-is", "-g",
            "-H", "Host: a", "-H", &field,
            "-H", "User-Agent:", "-H", "Accept:", "-H", "Content-Type:", "-H", "Expect:",
        ]);
        prop_assert_eq!(&words[data + 2..], ["http://127.0.0.1:8080/"]);
        if from == 0 {
            prop_assert_eq!(words[data + 1].as_bytes(), body);
            prop_assert!(!words[data + 1].starts_with('@'));
        } else {
            prop_assert_eq!(&words[data + 1], "@-");
            prop_assert_eq!((&*words[0], &*words[2], from), ("printf", "|", 3));
            prop_assert_eq!(printed(&words[1]), body);
        }
    }
}
