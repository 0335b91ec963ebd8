"""Python's requests: a session, and a proxy, which gets the absolute form."""
import sys

import requests

url = "http://" + sys.argv[1]


def ask(answer, content="Hello World"):
    assert answer.status_code == 200 and answer.text == content, answer


with requests.Session() as session:
    session.trust_env = False
    ask(session.get(url, params={"a[]": ["b c", "ü"], "{d}": "|"}))
    ask(session.get(url + "/[a]?b[]=1&c=100%"))
    ask(session.head(url), "")
    ask(session.options(url))
    ask(session.post(url, json={"a": "ü"}))
    ask(session.post(url, data={"a": "b"}))
    ask(session.post(url, files={"a": b"b" * 100_000}))
    ask(session.post(url, data=iter([b"a", b"bc" * 5000])))
    ask(session.patch(url, data=b"x", headers={"Connection": "close"}))
    ask(session.get("http://user:secret@" + sys.argv[1]))
    ask(session.get("http://example.test/a?b", proxies={"http": url}))
