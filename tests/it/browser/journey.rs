//! What a person does with the page, by keyboard: find, read, download, copy, pause.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::driver::{Browser, ENTER, ESCAPE};
use super::{Inspected, row, rows};
use crate::support::{BOUND, directory, run};

/// A request that no text editor could type.
const POSTED: &[u8] = b"POST /hook?it's HTTP/1.1\r\nHost: a\r\nX-Needle: \xe8\x8f\x9c %n\\\r\n\
    Content-Length: 9\r\n\r\n'\0\xff\r\n\x1b[2J";

/// Milliseconds since 1970, as the page's clock counts them.
fn now() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs_f64() * 1000.0
}

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn a_request_is_on_the_page_of_chromium_within_200_ms() {
    let inspected = Inspected::start(&[]);
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    // The frame that shows the row comes after the change of the list.
    browser.run(
        "window.shown = {};
         new MutationObserver(changes => requestAnimationFrame(() => {
             for (const row of document.querySelectorAll('#list .line'))
                 shown[row.textContent] ??= performance.timeOrigin + performance.now();
         })).observe(document.getElementById('list'), {childList: true, subtree: true});",
    );
    let mut client = inspected.service.connect();
    let mut took: Vec<f64> = (0..20)
        .map(|number| {
            let sent = now();
            client.send(format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n"));
            client.read_answer();
            let shown = browser.wait(&format!(
                "Object.entries(shown).find(([line]) => line.startsWith('GET /{number}') && \
                 !/\\d/.test(line['GET /{number}'.length]))?.[1]"
            ));
            shown.as_f64().unwrap() - sent
        })
        .collect();
    took.sort_by(f64::total_cmp);
    let (best, median, worst) = (took[0], took[10], took[19]);
    println!("from send to frame: best {best:.0} ms, median {median:.0} ms, worst {worst:.0} ms");
    assert!(median <= 200.0, "{took:?}");
    browser.expect_no_faults();
}

/// The file in this folder, once its download has ended.
fn downloaded(folder: &Path) -> PathBuf {
    let deadline = Instant::now() + BOUND;
    loop {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut files = entries.map(|entry| entry.unwrap().path());
        // Chromium writes into a file of another name first.
        let file = files.find(|file| file.extension().is_some_and(|end| end == "bin"));
        if let Some(file) = file {
            return file;
        }
        assert!(Instant::now() < deadline, "no download came");
        std::thread::yield_now();
    }
}

/// What `sh` prints for this command, with the built program in its PATH.
#[track_caller]
fn sh(command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_hellowire"));
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    run(Command::new("sh").env("PATH", path).args(["-c", command]))
}

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn the_whole_journey_in_chromium_by_keyboard_alone() {
    let inspected = Inspected::start(&["--log", "json"]);
    let service = &inspected.service;
    let browser = Browser::start(&[]);
    let folder = directory();
    browser.download_to(folder.path());
    browser.allow_clipboard();
    inspected.show(&browser);
    browser.wait("!document.getElementById('empty').hidden");
    for request in [
        &b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        POSTED,
        b"GET /last HTTP/1.1\r\nHost: a\r\nX-Needle: second\r\n\r\n",
    ] {
        service.exchange(request);
    }
    rows(&browser, 3);
    find_and_read(&browser);
    browser.type_in("d");
    let file = downloaded(folder.path());
    assert_eq!(file.file_name().unwrap(), "hellowire-2-1.bin");
    assert_eq!(std::fs::read(file).unwrap(), POSTED);
    copy_and_run(&inspected, &browser);
    pause_and_help(&inspected, &browser);
    clear(&inspected, &browser);
    browser.expect_no_faults();
}

fn find_and_read(browser: &Browser) {
    browser.type_in("/");
    browser.wait("document.activeElement.id == 'find'");
    browser.type_in("x-needle");
    rows(browser, 2);
    browser.type_in(ESCAPE);
    browser.wait("document.activeElement.id != 'find'");
    let chosen = "document.querySelector('#list [aria-selected=true] .line')?.textContent";
    browser.type_in("j");
    browser.wait(chosen);
    // From whichever row the first key chose, to the last, and one up.
    browser.type_in("jjk");
    browser.wait(&format!("{chosen}.startsWith('POST /hook')"));
    let text = "POST /hook?it's HTTP/1.1\\r\\n\nHost: a\\r\\n\nX-Needle: 菜 %n\\\\\\r\\n\n\
        Content-Length: 9\\r\\n\n\\r\\n\n'\\x00\\xff\\r\\n\n\\x1b[2J";
    let shown = "document.getElementById('text').textContent";
    browser.wait(&format!("{shown}.includes('X-Needle')"));
    assert_eq!(browser.run(&format!("return {shown}")), json!(text));
    let seen = |panel: &str| {
        browser.wait(&format!(
            "document.getElementById('{panel}').offsetHeight > 0 && \
             document.getElementById('tab-{panel}').ariaSelected == 'true'"
        ))
    };
    browser.type_in("h");
    seen("hex");
    browser.wait("/50 4f 53 54 20 2f/i.test(document.getElementById('hex').textContent)");
    browser.type_in("h");
    seen("text");
    // The keys that scroll go on to scroll.
    for (key, panel) in [
        (ENTER, "text"),
        ("h", "hex"),
        ("h", "text"),
        (ESCAPE, "list"),
    ] {
        browser.type_in(key);
        browser.wait(&format!("document.activeElement.id == '{panel}'"));
    }
}

/// The command repeats the request, byte for byte.
fn copy_and_run(inspected: &Inspected, browser: &Browser) {
    browser.type_in("c");
    let copied = browser.wait("await navigator.clipboard.readText()");
    let command = copied.as_str().unwrap();
    let to = format!("hellowire send --to {}", inspected.service.address());
    assert!(command.contains(&to), "{command}");
    sh(command);
    let records = inspected.service.stdout.until("\"connection\":4,");
    let raw = |record: &String| {
        let record: Value = serde_json::from_str(record).unwrap();
        record["raw_base64"].clone()
    };
    assert_eq!(raw(&records[3]), raw(&records[1]), "{command}");
    rows(browser, 3);
}

fn pause_and_help(inspected: &Inspected, browser: &Browser) {
    let state = "document.getElementById('state').textContent";
    let pressed = "document.getElementById('pause').ariaPressed";
    browser.type_in("p");
    browser.wait(&format!(
        "{pressed} == 'true' && {state}.includes('paused')"
    ));
    let request = "GET /while-paused HTTP/1.1\r\nHost: a\r\nX-Needle: third\r\n\r\n";
    inspected.service.exchange(request);
    rows(browser, 3);
    browser.type_in("p");
    browser.wait(&format!("{pressed} == 'false' && {state}.includes('live')"));
    row(browser, "/while-paused");
    let open = "document.getElementById('keys').open";
    browser.type_in("?");
    browser.wait(open);
    browser.type_in(ESCAPE);
    browser.wait(&format!("!{open}"));
}

/// What was there does not come back, also if an answer with it is under way.
fn clear(inspected: &Inspected, browser: &Browser) {
    let input = "const input = document.getElementById('find');
        input.value = 'needle';
        input.dispatchEvent(new Event('input'))";
    browser.run(&format!(
        "{input}; document.getElementById('clear').click()"
    ));
    rows(browser, 0);
    let request = "GET /behind HTTP/1.1\r\nHost: a\r\nX-Needle: fourth\r\n\r\n";
    inspected.service.exchange(request);
    row(browser, "/behind");
    rows(browser, 1);
    browser.wait("document.activeElement.id == 'list'");
}

/// From another machine the page is not in what browsers call a secure context: it has no clipboard of its
/// own there, and the browser does not say where a request comes from.
#[test]
#[ignore = "needs Chromium and chromedriver"]
fn chromium_copies_and_downloads_from_another_machine_too() {
    let mut inspected = Inspected::of(&["--inspect", "0.0.0.0:0"]);
    inspected.url = inspected.url.replace("0.0.0.0", "192.0.2.9");
    let browser = Browser::start(&["--host-resolver-rules=MAP 192.0.2.9 127.0.0.1"]);
    let folder = directory();
    browser.download_to(folder.path());
    browser.allow_clipboard();
    inspected.show(&browser);
    inspected.service.exchange(POSTED);
    row(&browser, "/hook");
    assert_eq!(browser.run("return isSecureContext"), json!(false));
    browser.type_in("j");
    browser.wait("!document.getElementById('copy').disabled");
    browser.type_in("d");
    let file = downloaded(folder.path());
    assert_eq!(std::fs::read(file).unwrap(), POSTED);
    browser.type_in("c");
    browser.wait("document.getElementById('detail').textContent.includes('Copied')");
    // Chromium heeds that header in secure contexts alone, and says so.
    let faults = browser.faults();
    let are_known = faults
        .iter()
        .all(|fault| fault.contains("Cross-Origin-Opener-Policy"));
    assert!(are_known, "{faults:#?}");
    // A page of this machine may read the clipboard.
    browser.open(&format!("http://{}/", inspected.service.address()));
    let copied = browser.wait("await navigator.clipboard.readText()");
    assert!(copied.as_str().unwrap().starts_with("printf "), "{copied}");
}
