//! A client for chromedriver: W3C's WebDriver over plain HTTP, and Chromium's own commands through it.
//!
//! One [`Browser`] is one chromedriver with one session. Dropping it ends both. Every wait has a bound.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lines::Lines;
use crate::support::{BOUND, directory};

/// The name of an element's reference in the protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What each page gets before its own scripts: the faults that happen in it.
const WATCH: &str = "window.faults = [];
addEventListener('securitypolicyviolation', event =>
    faults.push(`CSP ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
addEventListener('error', event => faults.push(`error: ${event.message}`));
addEventListener('unhandledrejection', event => faults.push(`rejection: ${event.reason}`));";

/// Keys, in the protocol's characters.
pub(super) const ESCAPE: &str = "\u{e00c}";
pub(super) const ENTER: &str = "\u{e007}";

/// A headless Chromium with a profile of its own.
pub(super) struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    profile: TempDir,
    _said: Lines,
}

impl Browser {
    /// A browser with these options too.
    #[track_caller]
    pub(super) fn start(options: &[&str]) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = Lines::of(driver.stdout.take().unwrap());
        let port = said.until("successfully on port").pop().unwrap();
        let port = port.trim_end_matches('.').rsplit(' ').next().unwrap();
        let mut browser = Self {
            driver,
            address: SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap())),
            session: String::new(),
            profile: directory(),
            _said: said,
        };
        let profile = format!("--user-data-dir={}", browser.profile.path().display());
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--window-size=1280,800",
            &profile,
        ];
        let arguments = [&arguments, options].concat();
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            // A dialog stays open, so that the next command fails.
            "unhandledPromptBehavior": "ignore",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": arguments},
        }}});
        let session = browser.command("POST", "", &wanted);
        browser.session = format!("/{}", session["sessionId"].as_str().unwrap());
        browser.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            &json!({"source": WATCH}),
        );
        browser
    }

    /// A command of the session. Its error is a failure.
    #[track_caller]
    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.exchange(method, path, body);
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let value = &answer["value"];
        assert!(value["error"].is_null(), "{method} {path}: {value:#}");
        value.clone()
    }

    fn exchange(&self, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect_timeout(&self.address, BOUND)?;
        stream.set_read_timeout(Some(BOUND))?;
        let body = match method {
            "POST" => body.to_string(),
            _ => String::new(),
        };
        let (session, length) = (&self.session, body.len());
        let head = format!(
            "{method} /session{session}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes())?;
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            answer.read_line(&mut line)?;
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// A command of Chromium's own protocol.
    #[track_caller]
    pub(super) fn cdp(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.command("POST", "/goog/cdp/execute", &body)
    }

    /// Opens this page.
    #[track_caller]
    pub(super) fn open(&self, url: &str) {
        self.command("POST", "/url", &json!({"url": url}));
    }

    /// What this function's body returns in the page, or the value of its promise.
    #[track_caller]
    pub(super) fn run(&self, script: &str) -> Value {
        self.run_with(script, &json!([]))
    }

    /// The same, with these as its `arguments`.
    #[track_caller]
    pub(super) fn run_with(&self, script: &str, arguments: &Value) -> Value {
        let body = json!({"script": script, "args": arguments});
        self.command("POST", "/execute/sync", &body)
    }

    /// The first value of this expression that is true in the page's eyes.
    #[track_caller]
    pub(super) fn wait(&self, expression: &str) -> Value {
        // The page looks by itself for a while: asking it again and again would take its time.
        let script = format!(
            "const until = performance.now() + 1000;
             for (;;) {{
                 const value = {expression};
                 if (value || performance.now() > until) return [!!value, value];
                 await new Promise(done => setTimeout(done, 4));
             }}"
        );
        let deadline = Instant::now() + BOUND;
        loop {
            let found = self.run(&script);
            if found[0] == json!(true) {
                return found[1].clone();
            }
            if Instant::now() > deadline {
                let page = self.run("return document.documentElement.innerText");
                let faults = self.faults();
                panic!("{expression} did not come true; {faults:#?}; the page: {page:#}");
            }
        }
    }

    /// Types these keys into whatever has the focus.
    #[track_caller]
    pub(super) fn type_in(&self, keys: &str) {
        let actions: Vec<_> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})))
            .collect();
        let body = json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]});
        self.command("POST", "/actions", &body);
    }

    /// Clicks the element with this selector.
    #[track_caller]
    pub(super) fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.command("POST", &format!("/element/{element}/click"), &json!({}));
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let body = json!({"using": "css selector", "value": selector});
        let element = self.command("POST", "/element", &body);
        element[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Goes on in the page's frame of this number.
    #[track_caller]
    pub(super) fn enter_frame(&self, number: usize) {
        self.command("POST", "/frame", &json!({"id": number}));
    }

    /// Goes on in the page itself.
    #[track_caller]
    pub(super) fn leave_frame(&self) {
        self.command("POST", "/frame", &json!({"id": null}));
    }

    /// Minimizes the window: its page is hidden then.
    #[track_caller]
    pub(super) fn hide(&self) {
        self.command("POST", "/window/minimize", &json!({}));
        self.wait("document.hidden");
    }

    /// Restores the window.
    #[track_caller]
    pub(super) fn show(&self) {
        let size = json!({"width": 1280, "height": 800});
        self.command("POST", "/window/rect", &size);
        self.wait("!document.hidden");
    }

    /// The size of the page in CSS pixels.
    #[track_caller]
    pub(super) fn resize(&self, width: u32, height: u32) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// The user's preference: `light` or `dark`.
    #[track_caller]
    pub(super) fn prefer(&self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.cdp(
            "Emulation.setEmulatedMedia",
            &json!({"features": [feature]}),
        );
    }

    /// Writes a picture of the page to this PNG file.
    #[track_caller]
    pub(super) fn screenshot(&self, path: &Path) {
        let picture = self.command("GET", "/screenshot", &Value::Null);
        let picture = STANDARD.decode(picture.as_str().unwrap()).unwrap();
        std::fs::write(path, picture).unwrap();
    }

    /// Lets pages use the clipboard without asking.
    #[track_caller]
    pub(super) fn allow_clipboard(&self) {
        let allowed = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        self.cdp("Browser.grantPermissions", &allowed);
    }

    /// Where downloads go.
    #[track_caller]
    pub(super) fn download_to(&self, folder: &Path) {
        let behavior = json!({"behavior": "allow", "downloadPath": folder});
        self.cdp("Browser.setDownloadBehavior", &behavior);
    }

    /// What went wrong in the page since the last time: broken policies, errors of scripts, and what the
    /// console has as an error or a warning.
    #[track_caller]
    pub(super) fn faults(&self) -> Vec<String> {
        let seen = self.run("return window.faults ? faults.splice(0) : []");
        let seen = seen.as_array().unwrap().iter();
        let console = self.command("POST", "/se/log", &json!({"type": "browser"}));
        let console = console.as_array().unwrap().iter();
        let console = console.filter(|entry| {
            let level = entry["level"].as_str().unwrap();
            ["SEVERE", "WARNING"].contains(&level)
        });
        seen.chain(console.map(|entry| &entry["message"]))
            .map(|message| message.as_str().unwrap().to_owned())
            .collect()
    }

    /// Expects that nothing went wrong in the page since the last time.
    #[track_caller]
    pub(super) fn expect_no_faults(&self) {
        let faults = self.faults();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The session's end is the browser's. It fails only where the browser has ended already.
        let _ = self.exchange("DELETE", "", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
