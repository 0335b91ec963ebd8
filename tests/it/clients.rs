//! The service never refuses a correct client: real ones, with bodies, kept connections, HTTP/1.0, and the
//! absolute form that clients send to a proxy.
//!
//! `tools` has the tests with curl, and more with Chromium.

use std::fs;
use std::process::Command;

use crate::support::{HELLO, Service, directory, run};
use crate::tools::python_with;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients");

/// Expects that as many requests were recorded, or more, and that none was refused or cut.
#[track_caller]
fn expect_all_taken(service: Service, at_least: usize) {
    let records = service.stop().stdout;
    for record in &records {
        assert!(!record.contains("\"state\":"), "{record}");
    }
    assert!(records.len() >= at_least, "{records:#?}");
}

fn service() -> Service {
    Service::start(&["--log", "json"])
}

/// Runs a script that asks the service for so many answers, and fails where one is not as it should.
#[track_caller]
fn script(interpreter: &[&str], name: &str, requests: usize) {
    let service = service();
    let (program, options) = interpreter.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(options).arg(format!("{HERE}/{name}"));
    run(command.arg(service.address().to_string()));
    expect_all_taken(service, requests);
}

#[test]
#[ignore = "needs curl"]
fn curl_is_served_also_as_its_proxy() {
    let service = service();
    let url = format!("http://{}", service.address());
    let curl = |options: &[&str]| {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--globoff", "--max-time", "30"]);
        run(command.args(options))
    };
    assert_eq!(
        curl(&["--proxy", &url, "http://example.test/a?b[]=c"]),
        HELLO
    );
    assert_eq!(
        curl(&["--proxy", &url, "--http1.0", "http://example.test/"]),
        HELLO
    );
    assert_eq!(
        curl(&["--proxy", &url, "--data", "a", "http://u:p@example.test/"]),
        HELLO
    );
    assert_eq!(
        curl(&["--request-target", "*", "--request", "OPTIONS", &url]),
        HELLO
    );
    assert_eq!(curl(&["--upload-file", "Cargo.toml", &url]), HELLO);
    assert_eq!(curl(&["--http2", &url]), HELLO);
    assert_eq!(
        curl(&["--header", "Host: xn--4gbrim.example:80", &url]),
        HELLO
    );
    expect_all_taken(service, 7);
}

#[test]
#[ignore = "needs wget"]
fn wget_is_served() {
    let service = service();
    let url = format!("http://{}/a?b[]=c", service.address());
    let wget = |options: &[&str]| {
        let mut command = Command::new("wget");
        run(command
            .args([
                "--quiet",
                "--output-document=-",
                "--tries=1",
                "--timeout=30",
            ])
            .args(options))
    };
    assert_eq!(wget(&[&url, &url]), HELLO.repeat(2));
    assert_eq!(wget(&["--post-data=a=b", &url]), HELLO);
    assert_eq!(
        wget(&["--method=PUT", "--body-file=Cargo.toml", &url]),
        HELLO
    );
    let proxy = format!("http_proxy=http://{}", service.address());
    assert_eq!(
        wget(&["-e", "use_proxy=yes", "-e", &proxy, "http://example.test/"]),
        HELLO
    );
    expect_all_taken(service, 5);
}

#[test]
#[ignore = "needs Python"]
fn pythons_http_client_is_served() {
    script(&["python3"], "http_client.py", 10);
}

#[test]
#[ignore = "needs Python's requests"]
fn pythons_requests_is_served() {
    script(&[python_with("requests")], "requests_client.py", 11);
}

#[test]
#[ignore = "needs Go"]
fn gos_client_is_served() {
    script(&["go", "run"], "client.go", 9);
}

#[test]
#[ignore = "needs Node"]
fn nodes_fetch_is_served() {
    script(&["node"], "fetch.mjs", 11);
}

#[test]
#[ignore = "needs ab"]
fn ab_is_served() {
    let service = service();
    let url = format!("http://{}/", service.address());
    for options in [
        &["-k"][..],
        &[],
        &["-i"],
        &["-k", "-p", "Cargo.toml", "-T", "text/plain"],
    ] {
        let mut ab = Command::new("ab");
        let said = run(ab.args(["-n", "500", "-c", "8"]).args(options).arg(&url));
        assert!(said.contains("Complete requests:      500\n"), "{said}");
        assert!(
            said.contains("Failed requests:        0\n") && !said.contains("Non-2xx"),
            "{said}"
        );
    }
    expect_all_taken(service, 4 * 500);
}

#[test]
#[ignore = "needs wrk"]
fn wrk_is_served_with_bodies_and_pipelining() {
    let service = service();
    let directory = directory();
    let path = directory.path().join("wrk.lua");
    let post = "wrk.method = 'POST' wrk.body = string.rep('x', 1000)\n\
        init = function() all = string.rep(wrk.format(), 8) end\n\
        request = function() return all end\n";
    fs::write(&path, post).unwrap();
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", "-c4", "-d1s", "-s"]).arg(&path);
    let said = run(wrk.arg(format!("http://{}/", service.address())));
    assert!(
        said.contains(" requests in ") && !said.contains("Non-2xx"),
        "{said}"
    );
    expect_no_refusal(service);
}

/// wrk ends in the middle of what it sends.
#[track_caller]
fn expect_no_refusal(service: Service) {
    let records = service.stop().stdout;
    assert!(records.len() > 100, "{}", records.len());
    let whole = |record: &&String| record.contains("\"state\":") && !record.contains("ended early");
    assert_eq!(records.iter().find(whole), None);
}

/// A page that asks again, with targets and bodies that only scripts make.
#[test]
#[ignore = "needs Chromium"]
fn chromium_is_served_what_its_scripts_ask_for() {
    let page = "<title>a</title><script>\n\
        const asks = [\n\
          fetch('/a?b[]={c}|d^e`f'), fetch('/[\u{fc}]|'), fetch('/', {method: 'OPTIONS'}),\n\
          fetch('/', {method: 'PUT', body: 'x'.repeat(100000)}),\n\
          fetch('/', {method: 'POST', body: new URLSearchParams({a: 'b'})}),\n\
        ];\n\
        Promise.all(asks).then(all => { document.title = all.map(answer => answer.status).join(' '); });\n\
        </script>";
    let service = Service::start(&[
        "--log",
        "json",
        "--text",
        page,
        "--header",
        "Content-Type: text/html",
    ]);
    let url = format!("http://{}/", service.address());
    let shown = crate::tools::chromium(&["--virtual-time-budget=10000"], &url);
    assert!(
        shown.contains("<title>200 200 200 200 200</title>"),
        "{shown}"
    );
    expect_all_taken(service, 6);
}
