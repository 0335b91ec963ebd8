//! Pictures of the page for people to look at, in target/screens/, and the page's languages.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use super::driver::Browser;
use super::{Inspected, row, rows};

/// Some requests that people send.
const REQUESTS: [&[u8]; 5] = [
    b"GET /search?q=100% HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n",
    b"POST /hook HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/json\r\n\
        Content-Length: 77\r\n\r\n\
        {\"event\":\"push\",\"ref\":\"refs/heads/main\",\"commits\":[{\"id\":1,\"by\":\"\xe8\x8f\x9c\xe9\xb8\x9f\"}]}\n\n",
    b"GET /half HTTP/1.1\r\nHost: lo",
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n",
    b"GET /a-very-long-target-that-no-list-has-the-room-for/and/more/of/it?with=a&long=query HTTP/1.1\r\n\
        Host: localhost:8080\r\n\r\n",
];

/// What a screen reader calls the controls.
const CONTROLS: [&str; 8] = [
    "button",
    "checkbox",
    "dialog",
    "listbox",
    "option",
    "searchbox",
    "tab",
    "tabpanel",
];

/// What is wider than its place: the page, or a cell that people need whole.
const OVERFLOW: &str = "const root = document.documentElement;
    const cells = [...document.querySelectorAll('#list :is(.time, .number, .bytes, .marks)')];
    const row = cell => cell.parentNode.getBoundingClientRect();
    const isCut = cell => cell.scrollWidth > cell.clientWidth + 1
        || cell != root && cell.getBoundingClientRect().right > row(cell).right + 1;
    return [root, ...cells].filter(isCut).map(element => element.textContent.slice(0, 40))";

#[track_caller]
fn expect_no_overflow(browser: &Browser, name: &str) {
    assert_eq!(browser.run(OVERFLOW), json!([]), "{name}");
}

#[test]
#[ignore = "needs Chromium and chromedriver"]
fn chromium_shows_the_page_at_each_size_and_in_each_theme() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
    std::fs::create_dir_all(&folder).unwrap();
    let inspected = Inspected::start(&["--workers", "1"]);
    let browser = Browser::start(&[]);
    browser.resize(1280, 800);
    inspected.show(&browser);
    browser.screenshot(&folder.join("inspect-empty.png"));
    for request in REQUESTS {
        inspected.service.exchange(request);
    }
    rows(&browser, REQUESTS.len());
    let id = row(&browser, "/hook");
    browser.click(&format!("#list [data-id='{}']", id.as_str().unwrap()));
    browser.wait("document.getElementById('text').textContent.startsWith('POST /hook')");
    for (width, height) in [(360, 740), (1280, 800), (1920, 1080)] {
        for scheme in ["light", "dark"] {
            browser.resize(width, height);
            browser.prefer(scheme);
            for tab in ["hex", "headers", "body", "text"] {
                browser.run_with(
                    "document.getElementById(arguments[0]).click()",
                    &json!([format!("tab-{tab}")]),
                );
                let name = format!("inspect-{width}-{scheme}-{tab}.png");
                browser.screenshot(&folder.join(&name));
                expect_no_overflow(&browser, &name);
            }
        }
    }
    browser.type_in("?");
    browser.wait("document.getElementById('keys').open");
    browser.screenshot(&folder.join("inspect-keys.png"));
    browser.expect_no_faults();
}

/// A user's own colors replace those of the page, and its shadows: what is chosen has a mark beside them.
#[test]
#[ignore = "needs Chromium and chromedriver"]
fn the_chosen_row_and_tab_in_chromium_have_more_than_a_color() {
    let inspected = Inspected::start(&[]);
    for request in &REQUESTS[..2] {
        inspected.service.exchange(request);
    }
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    rows(&browser, 2);
    browser.type_in("j");
    browser.wait("!document.getElementById('detail').hidden");
    let forced = json!({"features": [{"name": "forced-colors", "value": "active"}]});
    browser.cdp("Emulation.setEmulatedMedia", &forced);
    browser.click("#follow");
    for (one, other, style) in [
        (
            "#list [aria-selected=true]",
            "#list [aria-selected=false]",
            "borderLeftWidth",
        ),
        (
            "#tabs [aria-selected=true]",
            "#tabs [aria-selected=false]",
            "borderBottomWidth",
        ),
        (
            "[aria-pressed=true]",
            "[aria-pressed=false]",
            "textDecorationLine",
        ),
    ] {
        let of = |element| format!("getComputedStyle(document.querySelector('{element}')).{style}");
        let styles = browser.run(&format!("return [{}, {}]", of(one), of(other)));
        assert_ne!(styles[0], styles[1], "{one}");
    }
}

/// The controls, as a screen reader hears of them.
#[test]
#[ignore = "needs Chromium and chromedriver"]
fn each_control_of_the_page_has_a_name_in_chromium() {
    let inspected = Inspected::start(&[]);
    inspected.service.exchange(REQUESTS[1]);
    let browser = Browser::start(&[]);
    inspected.show(&browser);
    row(&browser, "/hook");
    browser.type_in("j");
    browser.wait("document.getElementById('text').textContent.startsWith('POST /hook')");
    let mut roles = controls(&browser);
    browser.type_in("?");
    roles.append(&mut controls(&browser));
    assert_eq!(roles, CONTROLS.map(str::to_owned).into());
}

/// The roles of the page's controls, each of which must have a name.
#[track_caller]
fn controls(browser: &Browser) -> BTreeSet<String> {
    let tree = browser.cdp("Accessibility.getFullAXTree", &json!({}));
    let nodes = tree["nodes"].as_array().unwrap().iter();
    let roles = nodes.filter_map(|node| {
        let role = node["role"]["value"].as_str()?;
        let is_control = CONTROLS.contains(&role) && node["ignored"] == json!(false);
        let name = node["name"]["value"].as_str().unwrap_or_default();
        assert!(!is_control || !name.trim().is_empty(), "{node:#}");
        is_control.then(|| role.to_owned())
    });
    roles.collect()
}

/// The page is in the language of `--lang`, or else in the browser's.
#[test]
#[ignore = "needs Chromium and chromedriver"]
fn the_page_in_chromium_is_chinese_by_option_or_by_the_browsers_language() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
    std::fs::create_dir_all(&folder).unwrap();
    let chinese = Browser::start(&["--lang=zh-CN", "--accept-lang=zh-CN"]);
    for (options, language) in [
        (&[][..], "zh"),
        (&["--lang", "zh"], "zh"),
        (&["--lang", "en"], "en"),
    ] {
        let inspected = Inspected::start(options);
        inspected
            .service
            .exchange("GET /100% HTTP/1.1\r\nHost: a\r\n\r\n");
        inspected.show(&chinese);
        let id = row(&chinese, "/100%");
        chinese.click(&format!("#list [data-id='{}']", id.as_str().unwrap()));
        let notes = chinese.wait("document.getElementById('notes').textContent");
        let is_chinese = |text: &str| text.chars().any(|letter| ('一'..='龥').contains(&letter));
        let all = chinese.run(
            "return [document.documentElement.lang, document.title,
                ...['pause', 'clear', 'follow', 'state', 'copy'].map(id => document.getElementById(id).textContent)]",
        );
        let all: Vec<String> = serde_json::from_value(all).unwrap();
        assert!(all[0].starts_with(language), "{options:?}: {all:?}");
        for text in all[2..].iter().map(String::as_str).chain(notes.as_str()) {
            assert_eq!(is_chinese(text), language == "zh", "{options:?}: {text}");
        }
        if options.is_empty() {
            chinese.resize(1280, 800);
            chinese.screenshot(&folder.join("inspect-zh.png"));
        }
        chinese.expect_no_faults();
        // Before the service ends.
        chinese.open("about:blank");
    }
}
