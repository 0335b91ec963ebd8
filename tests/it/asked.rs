//! "Ask the log" in docs/log.md: each line does what the comment before it says.
//!
//! The lines are run as they stand there. The environment gives the service a free port, and ends it after
//! some records.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use tempfile::TempDir;

use crate::support::{HELLO, Service, directory, expect_answer, run};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PROGRAM: &str = env!("CARGO_BIN_EXE_hellowire");

const HOOK: &str = "POST /hook?from=ci HTTP/1.1\r\nHost: a\r\nUser-Agent: bot/1\r\nContent-Length: 16\r\n\r\n\
    {\"event\":\"push\"}";
const OTHER_HOOK: &str =
    "POST /hook HTTP/1.1\r\nhost: a\r\nuser-agent: bot/2\r\nContent-Length: 7\r\n\r\n{\"n\":2}";
const NO_JSON: &str =
    "POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: bot\r\nContent-Length: 3\r\n\r\nhi\x07";
const PAGE: &str = "GET /page HTTP/1.1\r\nHost: a\r\nUser-Agent: bot/1\r\n\r\n";
const OLD_WITHOUT_HOST: &str = "GET /old HTTP/1.0\r\n\r\n";
const REFUSED_WITHOUT_HOST: &str = "GET /new HTTP/1.1\r\n\r\n";

/// The commands of the section, by the comments before them.
fn commands() -> BTreeMap<String, String> {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/log.md")).unwrap();
    let (_, section) = page.split_once("\n## Ask the log\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let blocks = section.split("```sh\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split("```").next());
    let lines: Vec<_> = blocks.flat_map(str::lines).collect();
    let pairs = lines.chunks(2).map(|pair| {
        let [comment, command] = pair else {
            panic!("a comment and a command: {pair:?}")
        };
        let comment = comment
            .strip_prefix("# ")
            .unwrap_or_else(|| panic!("no comment: {comment}"));
        (comment.to_owned(), (*command).to_owned())
    });
    pairs.collect()
}

/// A folder in which the commands run.
struct Shell {
    folder: TempDir,
    commands: BTreeMap<String, String>,
}

impl Shell {
    fn new() -> Self {
        Self {
            folder: directory(),
            commands: commands(),
        }
    }

    /// The command behind this comment.
    fn command(&self, comment: &str) -> Command {
        let line = self.commands.get(comment);
        let line = line.unwrap_or_else(|| panic!("docs/log.md has no {comment:?}"));
        let programs = Path::new(PROGRAM).parent().unwrap().display();
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{programs}:{}", env::var("PATH").unwrap()))
            .env("LC_ALL", "C.UTF-8")
            .env("HELLOWIRE_LISTEN", "127.0.0.1:0");
        command
    }

    /// A service that ends after as many records.
    fn service(&self, comment: &str, records: &str) -> Service {
        Service::launch(self.command(comment).env("HELLOWIRE_COUNT", records))
    }
}

/// Sends a request, expects the answer to have this status, and returns the client's address.
#[track_caller]
fn exchange(service: &Service, request: &str, status: u16) -> String {
    let mut client = service.connect();
    client.send(request);
    let answer = client.read_answer();
    let got = answer.split(' ').nth(1);
    assert_eq!(got, Some(status.to_string().as_str()), "{answer:?}");
    client.0.local_addr().unwrap().to_string()
}

/// A folder with the log of five requests, and the addresses of those without Host.
fn recorded() -> (Shell, [String; 2]) {
    let shell = Shell::new();
    let service = shell.service("Record requests in a file, until Ctrl-C", "5");
    exchange(&service, HOOK, 200);
    exchange(&service, PAGE, 200);
    let old = exchange(&service, OLD_WITHOUT_HOST, 200);
    exchange(&service, OTHER_HOOK, 200);
    let refused = exchange(&service, REFUSED_WITHOUT_HOST, 400);
    let stopped = service.wait();
    assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
    (shell, [old, refused])
}

#[test]
#[ignore = "needs jq"]
fn jq_answers_what_is_asked_of_a_file() {
    let (shell, [old, refused]) = recorded();
    for (question, answer) in [
        (
            "What are the bodies of all POSTs?",
            r#""{\"event\":\"push\"}"
"{\"n\":2}"
"#
            .to_owned(),
        ),
        ("Who sends no Host?", format!("{old}\n{refused}\n")),
        (
            "How many requests did each path get?",
            "      2 \"/hook\"\n      1 \"/page\"\n      1 \"/old\"\n      1 \"/new\"\n".to_owned(),
        ),
        (
            "Which clients were there?",
            "\"bot/1\"\n\"bot/2\"\n".to_owned(),
        ),
        (
            "Why were requests refused?",
            format!("{refused} 400 Host is missing (RFC 9112 3.2)\n"),
        ),
    ] {
        assert_eq!(run(&mut shell.command(question)), answer, "{question}");
    }
}

#[test]
#[ignore = "needs jq"]
fn jq_sorts_requests_by_their_durations() {
    let (shell, _) = recorded();
    let shown = run(&mut shell.command("Which ten requests took longest, in microseconds?"));
    let rows = shown.lines().map(|row| {
        let row = row.strip_prefix('[').and_then(|row| row.strip_suffix(']'));
        row.and_then(|row| row.split_once(',')).unwrap()
    });
    let (durations, mut requests): (Vec<u64>, Vec<_>) = rows
        .map(|(duration, request)| (duration.parse::<u64>().unwrap(), request))
        .unzip();
    assert!(durations.is_sorted_by(|one, next| one >= next), "{shown}");
    requests.sort_unstable();
    assert_eq!(
        requests,
        [
            "\"GET /new\"",
            "\"GET /old\"",
            "\"GET /page\"",
            "\"POST /hook\"",
            "\"POST /hook?from=ci\""
        ]
    );
}

/// Whether no byte of these lines acts on a terminal.
fn is_plain(lines: &[String]) -> bool {
    let mut bytes = lines.iter().flat_map(|line| line.bytes());
    bytes.all(|byte| matches!(byte, b' '..=b'~'))
}

#[test]
#[ignore = "needs jq"]
fn jq_gives_no_control_byte_of_a_client_to_the_terminal() {
    let shell = Shell::new();
    let service = shell.service("Record requests in a file, until Ctrl-C", "2");
    exchange(
        &service,
        "GET /\x1b]0;owned\x07 HTTP/1.1\r\nHost: a\r\n\r\n",
        400,
    );
    exchange(&service, NO_JSON, 200);
    service.wait();
    let (mut count, mut shown) = (0, Vec::new());
    for (question, line) in &shell.commands {
        if line.starts_with("jq ") {
            count += 1;
            shown.extend(run(&mut shell.command(question)).lines().map(str::to_owned));
        }
    }
    assert!(count >= 6, "{:#?}", shell.commands);
    assert!(is_plain(&shown), "{shown:?}");
    let text = shown.concat();
    for hostile in ["owned\\u0007", "hi\\u0007"] {
        assert!(text.contains(hostile), "{hostile}: {shown:#?}");
    }
}

#[test]
#[ignore = "needs jq"]
fn jq_restores_a_request_that_is_sent_again() {
    let (shell, _) = recorded();
    let service = Service::start(&["--log", "json"]);
    let mut again = shell.command("Send the first request again");
    let reply = run(again.env("HELLOWIRE_TO", service.address().to_string()));
    expect_answer(&reply, 200, HELLO);
    let record = service.stop().stdout.concat();
    let raw = HOOK.replace('"', "\\\"").replace("\r\n", "\\r\\n");
    assert!(record.contains(&format!("\"raw\":\"{raw}\"")), "{record}");
}

#[test]
#[ignore = "needs jq"]
fn jq_reads_requests_as_they_come() {
    let shell = Shell::new();
    let service = shell.service("Print the JSON of each webhook as it comes", "3");
    exchange(&service, PAGE, 200);
    exchange(&service, NO_JSON, 200);
    exchange(&service, HOOK, 200);
    let stopped = service.wait();
    assert_eq!(stopped.stdout, ["{", "  \"event\": \"push\"", "}"]);
    assert!(is_plain(&stopped.stderr), "{:?}", stopped.stderr);
}

#[test]
#[ignore = "needs jq"]
fn jq_prints_the_body_of_the_one_request_that_is_waited_for() {
    let shell = Shell::new();
    let service = Service::launch(&mut shell.command("Wait for one request, and print its body"));
    exchange(&service, HOOK, 200);
    assert_eq!(service.wait().stdout, [r#""{\"event\":\"push\"}""#]);
}

#[test]
fn refused_requests_alone_are_shown() {
    let shell = Shell::new();
    let service = shell.service("Show refused requests alone", "1");
    exchange(&service, PAGE, 200);
    exchange(&service, REFUSED_WITHOUT_HOST, 400);
    let records = service.wait().stdout;
    assert_eq!(records.len(), 1, "{records:#?}");
    assert!(records[0].contains("GET /new"), "{records:#?}");
}

#[test]
fn the_readme_has_the_webhook_line_of_the_log() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let line = &commands()["Print the JSON of each webhook as it comes"];
    assert!(
        readme.contains(&format!("$ {line} #")),
        "README.md has no {line}"
    );
}

#[test]
fn every_line_of_the_section_has_its_test() {
    let source = fs::read_to_string(Path::new(ROOT).join("tests/it/asked.rs")).unwrap();
    for comment in commands().keys() {
        assert!(
            source.contains(&format!("\"{comment}\"")),
            "{comment} is not tested"
        );
    }
}
