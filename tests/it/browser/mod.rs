//! The page of `--inspect` in a real Chromium, driven through chromedriver.
//!
//! Each test opens one browser. In each page no dialog may open, no content security policy may be broken
//! and nothing may stand in the console as an error, unless the test is about that.

/// A client for chromedriver.
mod driver;
/// Requests that try to act on the page.
mod hostile;
/// What a person does with the page, by keyboard.
mod journey;
/// Restarts, hidden windows, floods.
mod life;
/// Pages of other origins, other names for this address, the token.
mod origins;
/// Pictures of the page, and its languages.
mod screens;

use std::net::SocketAddr;

use driver::Browser;
use serde_json::Value;

use crate::support::Service;

/// The rows of the list, from the oldest on.
const ROWS: &str = "[...document.querySelectorAll('#list [role=option]')]";

/// A service with its page.
struct Inspected {
    service: Service,
    /// What stderr says the page's address is, with the token where there is one.
    url: String,
}

impl Inspected {
    /// The HTTP service with these options too.
    #[track_caller]
    fn start(options: &[&str]) -> Self {
        Self::of(&[&["--inspect", "127.0.0.1:0"], options].concat())
    }

    /// The HTTP service with these options, `--inspect` among them.
    #[track_caller]
    fn of(options: &[&str]) -> Self {
        let service = Service::start(options);
        let said = service.stderr.until(" http://").pop().unwrap();
        let url = said.rsplit(' ').next().unwrap().to_owned();
        Self { service, url }
    }

    /// Where the page is served.
    fn address(&self) -> SocketAddr {
        let rest = self.url.strip_prefix("http://").unwrap();
        rest.split('/').next().unwrap().parse().unwrap()
    }

    /// Its page in this browser, once it has had the first answer.
    #[track_caller]
    fn show(&self, browser: &Browser) {
        browser.open(&self.url);
        browser.wait("document.documentElement.dataset.ready");
    }
}

/// Waits for a row whose request line has this in it, and gives its `data-id`.
#[track_caller]
fn row(browser: &Browser, part: &str) -> Value {
    let expression = format!(
        "{ROWS}.find(row => row.querySelector('.line').textContent.includes('{part}'))?.dataset.id"
    );
    browser.wait(&expression)
}

/// Waits until the list has this many rows.
#[track_caller]
fn rows(browser: &Browser, count: usize) {
    browser.wait(&format!("{ROWS}.length == {count}"));
}
