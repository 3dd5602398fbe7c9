"""Somebody who just installed the program: a folder, a browser, and a watch."""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Playwright, expect
from wheelhouse.commands import environment

from ordeals.minutes.machines import Machine
from ordeals.page.windows import CHROMIUM, PATIENCE_MS, PROGRAMS

STOP_S: Final = 30


class Watch:
    """What each step took: seconds of machines, and what a person had to do in it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.done: Counter[str] = Counter()
        self._step = ""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step; what is done within counts to it."""
        self._step, started_s = name, time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - started_s

    def act(self) -> None:
        """A person presses something, or fills in a field."""
        self.done[self._step] += 1


class Person:
    """Knows nothing of the program but what its page says."""

    def __init__(self, name: str, machine: Machine, folder: Path, watch: Watch) -> None:
        self.name, self.watch = name, watch
        self._machine, self.folder = machine, folder
        self._process: subprocess.Popen[str] | None = None
        self._log = folder / "log"
        self._browser: Browser | None = None
        self.complaints: list[str] = []
        self.link = ""

    def start(self, program: Path) -> str:
        """Start the program; returns the link that it would open a browser with."""
        home = str(self.folder / "home")
        words = (str(program), "--home", home, "run", "--no-open", *self._machine.options)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*self._machine.inside, *words],
                cwd=self.folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None, "it was started with a pipe"
        line = self._process.stdout.readline()
        assert line.startswith("page: "), f"{self.name}: {line} {self._log.read_text()[-900:]}"
        return line.removeprefix("page: ").strip()

    def browse(self, playwright: Playwright, link: str) -> None:
        """Open a browser on the same machine."""
        program = self._machine.wrapped(PROGRAMS[CHROMIUM], self.folder)
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", lambda told: self.complaints.append(told.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self._browser, self.page = browser, context.new_page()
        self.page.goto(link)

    def end(self) -> int:
        """Close the browser, then stop the node; returns its exit code."""
        if self._browser is not None:
            self._browser.close()
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            self._process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        return self._process.returncode

    # --- what a person does ---

    def press(self, name: str) -> None:
        self.watch.act()
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow_link(self, name: str) -> None:
        self.watch.act()
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def type(self, label: str, text: str) -> None:
        self.watch.act()
        self.page.get_by_label(label, exact=True).fill(text)

    def sees(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", name=heading)).to_be_visible()

    def reads(self, text: str) -> None:
        """In a post that is shown."""
        expect(self.page.get_by_role("article").filter(has_text=text).first).to_be_visible()


def begins(person: Person) -> None:
    """The tour, a name, the words of the first sheet from paper; the second one later."""
    with person.watch.step(f"{person.name}: the tour, a name"):
        person.follow_link("I understand")
        person.press("Go on")
        person.type("Name", person.name)
        person.press("Go on")
        person.sees("24 words, on paper")
    with person.watch.step(f"{person.name}: 24 words, four of them asked back"):
        words = person.page.locator("ol.words li").all_text_contents()
        person.follow_link("They are on paper")
        for field in person.page.locator("input[name^=word]").all():
            number = int((field.get_attribute("name") or "").removeprefix("word"))
            person.watch.act()
            field.fill(words[number - 1])
        person.press("Check and go on")
        person.press("Later, remind me")
    with person.watch.step(f"{person.name}: a home is made, the node starts"):
        person.sees("Whom do you want to read?")
    person.link = person.page.locator(".copyable code").first.inner_text()


def follows(person: Person, other: Person) -> None:
    """The link of somebody, from a message to the field and on to their page."""
    with person.watch.step(f"{person.name} follows {other.name} by a link"):
        person.type("A link somebody gave you", other.link)
        person.press("Look")
        person.sees("Follow this author?")
        person.watch.act()
        person.page.get_by_role("button", name="Follow", exact=False).first.click()
        expect(person.page.get_by_text("followed", exact=True)).to_be_visible()
        person.sees(other.name)
