"""Browsers that are installed here, and windows that keep all that went wrong in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from ordeals.strangers.besieged import Besieged

PATIENCE_MS: Final = 300_000
"""How long a browser may take: one that got little of a machine took over a minute a step."""

SIZE: Final = {"width": 1280, "height": 800}

CHROMIUM: Final = "chromium"
SHELL: Final = "chromium-headless-shell"
"""Chromium without windows: enough where only what is in a page is looked at."""
FIREFOX: Final = "firefox"
PROGRAMS: Final = {
    CHROMIUM: Path("/usr/bin/chromium"),
    SHELL: Path("/usr/bin/chromium-headless-shell"),
    FIREFOX: Path("/usr/bin/firefox-esr"),
}
"""As Debian installs them."""

_CHROMIUM_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)

_TELL_OF_POLICY: Final = """
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
  console.error(`policy: ${effectiveDirective} kept out ${blockedURI}`));
"""
"""Not every browser says so by itself."""

NO_FAULT: Final = (
    # Somebody is in a field before the page is drawn, and stays there, as they should.
    "Autofocus processing was blocked because a document already has a focused element.",
    # A passphrase of a machine belongs to no name of a user.
    "[DOM] Password forms should have (optionally hidden) username fields",
)
"""How messages of a browser begin that are no fault of a page."""


class Browsers:
    """Those installed; each is opened when it is first wanted, and what drives them too."""

    def __init__(self) -> None:
        self.names = tuple(name for name, program in PROGRAMS.items() if program.exists())
        expect.set_options(timeout=PATIENCE_MS)
        self._playwright: Playwright | None = None
        self._opened: dict[str, Browser] = {}

    def window(self, name: str, node: Besieged, *, script: bool) -> "Window":
        """A new browser profile that is logged in at a node."""
        if name not in self._opened:
            self._playwright = self._playwright or sync_playwright().start()
            self._opened[name] = _open(self._playwright, name)
        return Window(self._opened[name], node, script=script)

    def close(self) -> None:
        for each in self._opened.values():
            each.close()
        if self._playwright:
            self._playwright.stop()


_OVERTAKEN: Final = ("interrupted by another navigation", "net::ERR_ABORTED")
"""What Firefox and Chromium say of a page that gave way to another one."""


def _open(playwright: Playwright, name: str) -> Browser:
    program = PROGRAMS[name]
    if name == FIREFOX:
        return playwright.firefox.launch(channel="moz-firefox", executable_path=program)
    return playwright.chromium.launch(executable_path=program, args=list(_CHROMIUM_ARGUMENTS))


def empty_scripts(context: BrowserContext) -> None:
    """Have pages come with scripts that do nothing.

    A context of Playwright's without script runs them in Firefox all the same; in one that has
    none by its settings, Playwright waits for ever for what it presses to stand still.
    """
    context.route(
        "**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )


class Window:
    """Somebody who is logged in at a node."""

    def __init__(self, browser: Browser, node: Besieged, *, script: bool) -> None:
        self.complaints: list[str] = []
        """What the browser said, what it asked others for, boxes that a script opened."""
        self.node = node
        self._method = ""
        self.context = browser.new_context(viewport=SIZE, java_script_enabled=script)  # type: ignore[arg-type]  # it is one
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(_TELL_OF_POLICY)
        if not script:
            empty_scripts(self.context)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("dialog", self._shut)
        self.context.on("request", self._look_at)
        self.page = self.context.new_page()
        link = node.post("login-link")["url"]
        self._host = urlsplit(link).netloc
        self.url = f"http://{self._host}"
        self.page.goto(link)

    def go(self, path: str) -> None:
        """Open a page of the node."""
        try:
            self.page.goto(self.url + path)
        except Error as error:
            # A form that was sent by script asks for its page anew, perhaps only now.
            if not any(each in str(error) for each in _OVERTAKEN):
                raise
            self.page.goto(self.url + path)
        # In Firefox a page that still loads would stop the next.
        self.page.wait_for_load_state()

    def see(self, path: str) -> None:
        """Open a page of the node, unless it was just led to, as it is after a form."""
        is_open = self.page.url.partition("#")[0] == self.url + path
        if not (is_open and self._method == "GET"):
            self.go(path)

    def press(self, name: str) -> None:
        """Press what leads to a page, perhaps the same anew, and wait until that is there."""
        with self.page.expect_event("load"):
            self.page.get_by_role("button", name=name, exact=True).click()

    def until(self, path: str, is_so: Callable[[], bool]) -> None:
        """Open a page again and again until something is so: somebody without script."""
        for _ in range(PATIENCE_MS // 500):
            self.go(path)
            if is_so():
                return
            self.page.wait_for_timeout(500)
        raise AssertionError(f"{path}: it never came")

    def excuse(self, *beginnings: str) -> None:
        """Forget what was said of refusals that a story meant."""
        self.complaints[:] = [
            each for each in self.complaints if not each.startswith(beginnings)
        ]

    def close(self) -> None:
        self.context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if not message.text.startswith(NO_FAULT):
            self.complaints.append(message.text)

    def _shut(self, dialog: Dialog) -> None:
        self.complaints.append(f"a box: {dialog.message}")
        dialog.dismiss()

    def _look_at(self, request: Request) -> None:
        if request.is_navigation_request():
            self._method = request.method
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._host:
            self.complaints.append(f"asked {parts.netloc or request.url}")
