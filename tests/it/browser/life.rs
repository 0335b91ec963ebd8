//! The page through restarts, in a hidden window, and in a flood of requests.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::driver::Browser;
use super::{Inspected, row, rows};
use crate::relay::{Sent, relay};
use crate::support::{Client, Service};

const STATE: &str = "document.getElementById('state').textContent";

/// A poll waits 20 s: what takes less did not wait for one.
const LESS_THAN_A_POLL: Duration = Duration::from_secs(15);

#[track_caller]
fn request(service: &Service, target: &str) {
    service.exchange(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
}

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn the_page_in_chromium_comes_back_after_a_restart() {
    let inspected = Inspected::start(&[]);
    let address = inspected.address().to_string();
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    request(&inspected.service, "/before");
    row(&browser, "/before");
    browser.expect_no_faults();
    inspected.service.stop();
    browser.wait(&format!("{STATE}.includes('disconnected')"));
    let again = Inspected::of(&["--inspect", &address]);
    let started = Instant::now();
    browser.wait(&format!("{STATE}.includes('live')"));
    let took = started.elapsed();
    assert!(took < LESS_THAN_A_POLL, "live after {took:?}");
    browser.wait("/restarted/.test(document.getElementById('state').textContent)");
    request(&again.service, "/after");
    row(&browser, "/after");
    // The failed polls stand in the console, and nothing else.
    let faults = browser.faults();
    let are_polls = faults.iter().all(|fault| fault.contains("/records"));
    assert!(are_polls, "{faults:#?}");
}

/// The new process has as many records as the old one had when the page looked last: their numbers are the
/// same.
#[test]
#[ignore = "needs Chromium and chromedriver"]
fn the_page_in_chromium_notices_a_restart_that_it_did_not_see() {
    let inspected = Inspected::start(&["--workers", "1"]);
    let address = inspected.address().to_string();
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    request(&inspected.service, "/before");
    row(&browser, "/before");
    browser.hide();
    inspected.service.stop();
    let again = Inspected::of(&["--workers", "1", "--inspect", &address]);
    request(&again.service, "/between");
    browser.show();
    request(&again.service, "/after");
    row(&browser, "/after");
    row(&browser, "/between");
    browser.expect_no_faults();
}

/// How many polls have come through the relay.
fn polls(sent: &Sent) -> usize {
    let sent = sent.lock().unwrap();
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    let polls = sent
        .values()
        .map(|bytes| text(bytes).matches("GET /records?").count());
    polls.sum()
}

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn the_page_in_a_hidden_window_of_chromium_does_not_poll() {
    let mut inspected = Inspected::start(&[]);
    let (address, sent) = relay(inspected.address());
    inspected.url = format!("http://{address}/");
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    request(&inspected.service, "/seen");
    row(&browser, "/seen");
    browser.hide();
    // The poll of before the page was hidden may still be under way.
    let before = polls(&sent);
    request(&inspected.service, "/unseen");
    // This is about time: a page that polls asks several times in a second.
    let until = Instant::now() + Duration::from_secs(1);
    while Instant::now() < until {
        request(&inspected.service, "/more");
        thread::sleep(Duration::from_millis(100));
    }
    let hidden = polls(&sent) - before;
    assert!(hidden <= 1, "{hidden} polls of a hidden page");
    browser.show();
    row(&browser, "/unseen");
    browser.expect_no_faults();
}

/// What was overwritten while the page was paused is counted.
#[test]
#[ignore = "needs Chromium and chromedriver"]
fn chromium_says_how_many_requests_it_could_not_show() {
    let inspected = Inspected::start(&["--inspect-keep", "64KiB", "--workers", "1"]);
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    request(&inspected.service, "/first");
    let first = row(&browser, "/first");
    browser.click("#pause");
    browser.wait(&format!("{STATE}.includes('paused')"));
    let mut client = inspected.service.connect();
    let batch = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n".repeat(50);
    for _ in 0..60 {
        client.send(&batch);
        for _ in 0..50 {
            client.read_answer();
        }
    }
    request(&inspected.service, "/last");
    expect_gone(&browser, &first);
    browser.click("#pause");
    row(&browser, "/last");
    let missed = browser.wait(&format!("{STATE}.match(/([0-9,]+) not shown/)?.[1]"));
    let missed: usize = missed.as_str().unwrap().replace(',', "").parse().unwrap();
    let shown = browser.run(&format!("return {}.length", super::ROWS));
    println!("3002 requests: {missed} not shown, {shown} rows");
    assert!((1000..3002).contains(&missed), "{missed} not shown");
    browser.expect_no_faults();
}

/// A record whose place others have taken: nothing is said of it, and nothing of it can be copied.
#[track_caller]
fn expect_gone(browser: &Browser, id: &Value) {
    browser.expect_no_faults();
    browser.click(&format!("#list [data-id='{}']", id.as_str().unwrap()));
    browser.wait("document.getElementById('said').textContent.includes('Newer requests')");
    let panels = "['text', 'headers', 'body-exact', 'exact'].map(id => document.getElementById(id).textContent)";
    assert_eq!(browser.run(&format!("return {panels}.join('')")), json!(""));
    let buttons =
        "['copy', 'copy-curl', 'download'].map(id => document.getElementById(id).disabled)";
    assert_eq!(
        browser.run(&format!("return {buttons}")),
        json!([true, true, true])
    );
    let faults = browser.faults();
    assert!(
        faults.iter().all(|fault| fault.contains("404")),
        "{faults:#?}"
    );
}

/// The least rate of requests in a second that is a flood.
const RATE: f64 = 450.0;

/// How often a machine that is too slow for the flood tries again.
const TRIES: usize = 10;

/// 500 requests a second: the page has its frames, 500 rows at most, and the newest at the end.
#[test]
#[ignore = "needs Chromium and chromedriver"]
fn chromium_stays_responsive_in_a_flood() {
    let inspected = Inspected::start(&[]);
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    let (is_over, sent, to) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        inspected.service.address(),
    );
    let mut tries = Vec::new();
    let gaps = thread::scope(|scope| {
        scope.spawn(|| flood(to, &sent, &is_over));
        rows(&browser, 500);
        let mut gaps = Vec::new();
        // A busy machine may send fewer: what its page shows is held to the same bound.
        while tries.len() < TRIES && tries.last().is_none_or(|&rate| rate < RATE) {
            let (before, started) = (sent.load(Ordering::Relaxed), Instant::now());
            gaps = frames(&browser);
            let count = u32::try_from(sent.load(Ordering::Relaxed) - before).unwrap();
            tries.push(f64::from(count) / started.elapsed().as_secs_f64());
        }
        is_over.store(true, Ordering::Relaxed);
        gaps
    });
    let [median, most, longest] = [50, 95, 100].map(|part| gaps[(gaps.len() - 1) * part / 100]);
    println!(
        "requests a second: {tries:.0?}; {} frames, gaps: median {median:.0} ms, 95 % within \
         {most:.0} ms, longest {longest:.0} ms",
        gaps.len()
    );
    request(&inspected.service, "/behind-the-flood");
    row(&browser, "/behind-the-flood");
    let at_the_end = format!(
        "{}.at(-1).textContent.includes('/behind-the-flood')",
        super::ROWS
    );
    assert_eq!(browser.run(&format!("return {at_the_end}")), json!(true));
    let shown = browser.run(&format!("return {}.length", super::ROWS));
    assert_eq!(shown, json!(500));
    assert!(longest < 2000.0, "no frame for {longest:.0} ms");
    browser.expect_no_faults();
}

/// The milliseconds between the frames of three seconds, in the order of their lengths.
#[track_caller]
fn frames(browser: &Browser) -> Vec<f64> {
    let gaps = browser.run(
        "const gaps = [];
         const start = performance.now();
         for (let last = start; last - start < 3000; ) {
             await new Promise(requestAnimationFrame);
             const now = performance.now();
             gaps.push(now - last);
             last = now;
         }
         return gaps",
    );
    let mut gaps: Vec<f64> = serde_json::from_value(gaps).unwrap();
    gaps.sort_by(f64::total_cmp);
    gaps
}

/// 500 requests a second, 10 every 20 ms, and more where it is behind.
fn flood(to: SocketAddr, sent: &AtomicUsize, is_over: &AtomicBool) {
    let mut client = Client::connect(to);
    let started = Instant::now();
    let batch = "GET /flood HTTP/1.1\r\nHost: a\r\n\r\n".repeat(10);
    let mut due = started;
    while !is_over.load(Ordering::Relaxed) && started.elapsed() < Duration::from_mins(2) {
        client.send(&batch);
        for _ in 0..10 {
            client.read_answer();
        }
        sent.fetch_add(10, Ordering::Relaxed);
        due += Duration::from_millis(20);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}
