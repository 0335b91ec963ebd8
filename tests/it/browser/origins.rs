//! Pages of other origins, other names for the page's address, and the token: none of them gets a byte of a
//! record.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use serde_json::json;

use super::driver::{Browser, ENTER};
use super::{Inspected, row};
use crate::support::Client;

/// What no other page may see.
const SECRET: &str = "the-secret-of-a-request";
const TOKEN: &str = "0123456789abcdef";

/// The page of an attacker. It tries each way to another origin, and keeps what it got.
const ATTACK: &str = "<!doctype html><title>evil</title><body>
<a id=link href=http://TARGET/>a link</a><script>
const target = 'http://TARGET';
const got = {};
async function attempt(name, promise) {
    try { got[name] = String(await promise); } catch (error) {
        got[name] = error?.name == 'TimeoutError' ? 'a wait' : 'nothing';
    }
}
async function read(path, options) {
    const answer = await fetch(target + path, options);
    return `${answer.type} ${answer.status} ${await answer.text()}`;
}
function element(name, field, path) {
    return new Promise((done, fail) => {
        const element = document.createElement(name);
        element.onload = () => done('loaded');
        element.onerror = () => fail();
        element[field] = target + path;
        if (name == 'link') element.rel = 'stylesheet';
        document.body.append(element);
    });
}
window.ended = (async () => {
    for (const path of ['/', '/page.js', '/page.css', '/records', '/records/0.0'])
        for (const mode of ['cors', 'no-cors'])
            await attempt(`fetch ${mode} ${path}`, read(path, {mode}));
    const headers = {Authorization: 'Bearer TOKEN'};
    await attempt('fetch with the token', read('/records', {headers}));
    await attempt('post', read('/records', {method: 'POST', mode: 'no-cors', body: 'a'}));
    await attempt('script', element('script', 'src', '/page.js'));
    await attempt('records as script', element('script', 'src', '/records'));
    await attempt('style', element('link', 'href', '/page.css'));
    await attempt('img', element('img', 'src', '/records'));
    // A browser does not say of these hosts where a request comes from. A search that finds nothing waits
    // 20 s for more: a time would tell what the records have.
    for (const host of ['127.0.0.1', 'localhost', '0.0.0.0', '[::ffff:127.0.0.1]']) {
        const search = `http://${host}:${target.split(':').pop()}/records?after=1&find=`;
        for (const find of ['SECRET', 'what-no-record-has']) {
            const options = {mode: 'no-cors', signal: AbortSignal.timeout(10000)};
            await attempt(`search ${host} ${find}`, fetch(search + find, options).then(() => 'an answer'));
        }
    }
    return got;
})();
</script><iframe src=http://TARGET/></iframe><iframe src=http://TARGET/records></iframe>";

/// Serves this page on a port of its own until the test ends.
fn serve(page: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let length = page.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    let answer = Arc::new(head + page);
    thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, answer) = (client.unwrap(), Arc::clone(&answer));
            // A browser also opens connections that it sends nothing on.
            thread::spawn(move || {
                // One read has the whole of its short request.
                if let Ok(1..) = client.read(&mut [0; 4096]) {
                    let _ = client.write_all(answer.as_bytes());
                }
            });
        }
    });
    address
}

/// Sends the service a request with the secret.
fn plant(inspected: &Inspected) {
    let request = format!("GET /{SECRET} HTTP/1.1\r\nHost: a\r\n\r\n");
    inspected.service.exchange(request);
}

/// What the address answers to these bytes.
fn asked(address: SocketAddr, request: &str) -> String {
    let mut client = Client::connect(address);
    client.send(request);
    client.read_answer()
}

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn pages_of_other_origins_in_chromium_get_nothing() {
    let inspected = Inspected::start(&[]);
    plant(&inspected);
    let browser = Browser::start(&["--host-resolver-rules=MAP evil.test 127.0.0.1"]);
    inspected.show(&browser);
    row(&browser, SECRET);
    let target = inspected.address().to_string();
    let page = ATTACK.replace("TARGET", &target).replace("TOKEN", TOKEN);
    let page = page.replace("SECRET", SECRET);
    let attacker = serve(&page).port();
    // Another port is another origin, and another name another site.
    for host in ["127.0.0.1", "evil.test"] {
        browser.open(&format!("http://{host}:{attacker}/"));
        let got = browser.run("return ended");
        let got = got.as_object().unwrap();
        assert_eq!(got.len(), 24, "{got:#?}");
        for (way, what) in got {
            assert_eq!(what, "nothing", "{host}: {way}");
        }
        for frame in 0..2 {
            browser.enter_frame(frame);
            let shown = "[location.protocol, document.documentElement.textContent]";
            let shown = browser.run(&format!("return {shown}"));
            assert!(!shown[1].as_str().unwrap().contains(SECRET), "{shown}");
            let is_error = shown[0] == "chrome-error:";
            assert!(is_error, "{host}: frame {frame}: {shown}");
            browser.leave_frame();
        }
        // A link from there may lead to the page: it opens as if its address had been typed.
        browser.click("#link");
        row(&browser, SECRET);
    }
    browser.open(&format!("http://evil.test:{attacker}/"));
    expect_no_handle(&browser, &target);
    rebind(&browser, inspected.address().port());
    let kept = inspected.service.stop().stdout;
    assert_eq!(
        kept.len(),
        1,
        "the service hears of nothing of this: {kept:#?}"
    );
}

/// A page that opens the page in a window of its own has no way to it.
fn expect_no_handle(browser: &Browser, target: &str) {
    browser.run(&format!("window.opened = window.open('http://{target}/')"));
    // A window of another group of windows is closed, for the page that opened it.
    browser.wait("opened.closed");
}

/// The attacker's name leads to the page's address: the page is of the attacker's origin then.
fn rebind(browser: &Browser, port: u16) {
    browser.open(&format!("http://evil.test:{port}/"));
    let shown = browser.run("return document.documentElement.textContent");
    assert!(!shown.as_str().unwrap().contains(SECRET), "{shown}");
    let read = "const answer = await fetch('/records');
                return [answer.status, await answer.text()]";
    let got = browser.run(read);
    assert_eq!(got[0], json!(421), "{got}");
    assert!(!got[1].as_str().unwrap().contains(SECRET), "{got}");
}

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn chromium_needs_the_token_and_shows_it_to_nobody() {
    let inspected = Inspected::start(&["--inspect-token", TOKEN, "--log", "json"]);
    plant(&inspected);
    let address = inspected.address();
    for (path, authorization) in [
        ("/records", ""),
        ("/records/0.0", ""),
        ("/records/0.0/view", ""),
        ("/records", "Authorization: Bearer 0123456789abcdeF\r\n"),
        ("/records", "Authorization: Basic 0123456789abcdef\r\n"),
        ("/records?token=0123456789abcdef", ""),
        ("/records", "Cookie: token=0123456789abcdef\r\n"),
    ] {
        let answer = asked(
            address,
            &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{authorization}\r\n"),
        );
        let is_refused = answer.starts_with("HTTP/1.1 401 ") && !answer.contains(SECRET);
        assert!(is_refused, "{path}: {authorization}: {answer}");
    }
    let browser = Browser::start(&[]);
    browser.open(&format!("http://{address}/"));
    browser.wait("document.getElementById('token')?.offsetHeight > 0");
    let page = browser.run("return document.documentElement.textContent");
    assert!(!page.as_str().unwrap().contains(SECRET), "{page}");
    // The refused polls stand in the console.
    let faults = browser.faults();
    let are_401 = faults.iter().all(|fault| fault.contains("401"));
    assert!(are_401, "{faults:#?}");
    browser.type_in(&format!("{TOKEN}{ENTER}"));
    row(&browser, SECRET);
    browser.wait("document.activeElement.id == 'list'");
    browser.expect_no_faults();
    assert!(
        inspected.url.ends_with(&format!("/#{TOKEN}")),
        "{}",
        inspected.url
    );
    browser.open("about:blank");
    inspected.show(&browser);
    row(&browser, SECRET);
    // The browser goes on to the service, which would log what the page left behind.
    browser.run(&format!(
        "location.href = 'http://{}/next'",
        inspected.service.address()
    ));
    let records = inspected.service.stdout.until("GET /next ");
    assert!(!records.concat().contains(TOKEN), "{records:#?}");
    let no_cookie = browser.run("return document.cookie");
    assert_eq!(no_cookie, json!(""));
}
