#!/usr/bin/env python3
"""Takes the README's pictures of the page of `--inspect`, from a real run.

    docs/inspect_screens.py                    writes docs/screen-inspect-{light,dark}.png anew
    docs/inspect_screens.py --folder FOLDER    writes the pictures there

`--program PATH` is the program, target/release/hellowire by default. curl sends the requests, and a headless
Chromium shows the page. Needs curl, chromium and chromedriver. A picture has the times and ports of its run.
"""

import argparse
import base64
import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
# Seconds: how long anything may take.
BOUND = 30
# Pixels of the picture, and how many of them a CSS pixel has: the README shows it smaller.
WIDTH, HEIGHT, SCALE = 1280, 600, 1.25
THEMES = ("light", "dark")
# What people send, by curl. PORT is the service's, FOLDER has the files.
CLIENTS = [
    "curl localhost:PORT",
    "curl 'localhost:PORT/search?q=100%'",
    "curl -T FOLDER/firmware.bin localhost:PORT/device/7/",
    "curl https://localhost:PORT",
    "curl -H 'Content-Type: application/json' -d @FOLDER/push.json localhost:PORT/hook",
    "curl -H 'Host : shop.test' -H 'Cookie: theme=dark' localhost:PORT/basket",
]
FILES = {
    "push.json": '{"event":"push","ref":"refs/heads/main","author":"菜鸟"}'.encode(),
    "firmware.bin": b"\x7fELF" + bytes(range(256)) * 64,
}
# The request line of the record that the page shows.
CHOSEN = "GET /basket"


@contextlib.contextmanager
def running(command, *patterns, stream):
    """A running program for as long as the block runs, as what the patterns find, in their order."""
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: subprocess.PIPE}
    process = subprocess.Popen(command, **pipes, text=True)
    try:
        lines = getattr(process, stream)
        yield [next(match[1] for line in lines if (match := re.search(pattern, line))) for pattern in patterns]
    finally:
        process.terminate()
        process.wait(BOUND)


class Browser:
    """A session of chromedriver."""

    def __init__(self, port, profile):
        self.url = f"http://127.0.0.1:{port}/session"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        options = {"args": [*arguments, f"--user-data-dir={profile}"]}
        session = self.ask("", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.url += f"/{session['sessionId']}"

    def ask(self, path, body=None, method="POST"):
        data = json.dumps(body).encode() if method == "POST" else None
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=BOUND) as answer:
            return json.load(answer)["value"]

    def command(self, name, **parameters):
        """A command of Chromium's own protocol."""
        return self.ask("/goog/cdp/execute", {"cmd": name, "params": parameters})

    def wait_for(self, expression):
        """Waits until this is true in the page."""
        deadline = time.monotonic() + BOUND
        while not self.ask("/execute/sync", {"script": f"return {expression}", "args": []}):
            if time.monotonic() > deadline:
                raise SystemExit(f"{expression} did not come true")
            time.sleep(0.005)

    def picture(self, theme):
        """The page in this theme, as a PNG."""
        feature = {"name": "prefers-color-scheme", "value": theme}
        self.command("Emulation.setEmulatedMedia", features=[feature])
        return base64.b64decode(self.command("Page.captureScreenshot", format="png")["data"])

    def end(self):
        self.ask("", method="DELETE")


def send(folder, port):
    """Sends each request, one after the other."""
    for name, content in FILES.items():
        folder.joinpath(name).write_bytes(content)
    for client in CLIENTS:
        command = client.replace("PORT", port).replace("FOLDER", str(folder))
        # Nothing of the user's: no options, no proxies.
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        subprocess.run(["sh", "-c", command], env=environment, capture_output=True, timeout=BOUND, check=False)


def show(browser, page):
    """Opens the page, and chooses the record."""
    metrics = {"width": round(WIDTH / SCALE), "height": round(HEIGHT / SCALE), "deviceScaleFactor": SCALE, "mobile": False}
    browser.command("Emulation.setDeviceMetricsOverride", **metrics)
    browser.ask("/url", {"url": page})
    rows = "[...document.querySelectorAll('#list [role=option]')]"
    browser.wait_for(f"{rows}.length == {len(CLIENTS)}")
    browser.wait_for(f"{rows}.find(row => row.textContent.includes('{CHOSEN}'))?.click() ?? true")
    browser.wait_for(f"document.getElementById('text').textContent.startsWith('{CHOSEN}')")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, default=HERE)
    parser.add_argument("--program", type=pathlib.Path, default=HERE.parent / "target/release/hellowire")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    service = [arguments.program, "-p", "0", "--inspect", ":0", "--workers", "1", "--lang", "en"]
    said = (r" http://127\.0\.0\.1:(\d+)$", r"inspect at (http://\S+)")
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        port, page = stack.enter_context(running(service, *said, stream="stderr"))
        [driver] = stack.enter_context(running(["chromedriver", "--port=0"], r"on port (\d+)\.", stream="stdout"))
        browser = Browser(driver, folder / "profile")
        stack.callback(browser.end)
        send(folder, port)
        show(browser, page)
        for theme in THEMES:
            arguments.folder.joinpath(f"screen-inspect-{theme}.png").write_bytes(browser.picture(theme))


if __name__ == "__main__":
    main()
