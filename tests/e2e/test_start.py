"""From nothing to a node, by the page alone: real processes, a browser without script."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Self, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request

import pytest
from swarmfeed.core.base.backup_words import words_of_seed
from swarmfeed.shell.disk.keyfile import open_keys
from wheelhouse.browsing import new_browser

from tests.e2e.nodes import CHECKOUT, PATIENCE_S, new_address

pytestmark = pytest.mark.e2e

T = TypeVar("T")

KEY = re.compile(r'name="form_key" value="([^"]+)"')
WORD = re.compile(r"<li>([a-z]+)</li>")
ASKED = re.compile(r'name="word(\d+)"')


def wait(look: Callable[[], T]) -> T:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "swarmfeed", "--home", str(home), *words]


def said(home: Path, *words: str) -> str:
    done = subprocess.run(
        command(home, *words), capture_output=True, text=True, cwd=CHECKOUT, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Person:
    """Somebody at a browser; knows nothing but the page."""

    def __init__(self, home: Path, process: subprocess.Popen[str]) -> None:
        self.home = home
        self.process = process
        self._browser = new_browser()
        self.url = ""
        self.text = ""

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def open(self, url: str) -> Self:
        parts = urlsplit(url)
        if parts.netloc:
            self._site = f"http://{parts.netloc}"
        return self._go(Request(url if parts.netloc else self._site + url))

    def send(self, path: str, **form: str) -> Self:
        key = KEY.search(self.text)
        assert key, self.text
        data = urlencode({**form, "form_key": key[1]}).encode()
        return self._go(
            Request(self._site + path, data, headers={"Sec-Fetch-Site": "same-origin"})
        )

    def _go(self, request: Request) -> Self:
        try:
            answer = self._browser.open(request, timeout=PATIENCE_S)
        except HTTPError as error:
            answer = error
        with answer:
            self.text, self.url = answer.read().decode(), urlsplit(answer.url).path
        return self

    def words(self) -> list[str]:
        return WORD.findall(self.text)

    def practise(self) -> None:
        words = self.words()
        self.open("/start/practice")
        asked = [int(each) for each in ASKED.findall(self.text)]
        form = {f"word{number}": words[number - 1] for number in asked}
        self.send("/start/practice", **form)

    def reaches(self, title: str) -> Self:
        """Do what ``refresh`` tells the browser, until a page with this heading is there."""

        def look() -> bool:
            if f"<h1>{title}" in self.text:
                return True
            self.open("/start/wait")
            return False

        wait(look)
        return self

    def name_of_page(self) -> str:
        return self._site


@contextmanager
def at(home: Path, *options: str) -> Iterator[Person]:
    """``swarmfeed run`` on a folder, and somebody who opened its page by the link."""
    words = ("run", "--no-open", "--no-dht", "--listen", new_address(), *options)
    with subprocess.Popen(
        command(home, *words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    ) as process:
        try:
            person = Person(home, process)
            link = person.line().removeprefix("page: ")
            yield person.open(link)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0


def begin(person: Person, name: str, passphrase: str = "") -> list[list[str]]:
    """The tour, and an author; returns the words of both sheets."""
    assert "Your words, on your machine" in person.text
    person.open("/start/how").send("/start/how", how="new")
    person.send("/start/name", name=name, passphrase=passphrase, again=passphrase)
    first = person.words()
    person.practise()
    second = person.words()
    person.send("/start/later")
    person.reaches("Whom do you want to read?")
    return [first, second]


def test_from_nothing_to_a_node_in_one_process_and_one_login(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with at(home) as anna:
        site = anna.name_of_page()
        again = said(home, "run", "--or-open", "--no-open").strip()
        assert again.startswith("page: http://"), "a second click gives a link to the same page"
        words = begin(anna, "Anna")
        assert anna.line() != "" and anna.line().startswith("link: swarmfeed:")
        assert anna.name_of_page() == site, "the same port, the same login"
        anna.open("/")
        assert anna.text.count("It is quiet here") == 1
        assert said(home, "whoami").count("Anna") >= 1
    author = open_keys(home / "keys", "").author
    assert author is not None and words_of_seed(author.seed).split() == words[0]
    for file in home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert " ".join(words[0][:3]).encode() not in content, file
            assert " ".join(words[1][:3]).encode() not in content, file


def test_stopped_before_the_end_there_is_no_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with at(home) as anna:
        anna.open("/start/name").send("/start/name", name="Anna")
        assert len(anna.words()) == 24
    assert not (home / "keys").exists() and not (home / "feeds").exists()


def test_closed_keys_are_opened_on_the_page_at_the_next_start(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with at(home) as anna:
        begin(anna, "Anna", "secret")
    with at(home) as anna:
        assert "Your keys are closed" in anna.text
        anna.send("/start/unlock", passphrase="secrets")
        assert "Your keys are closed" in anna.text and 'role="alert"' in anna.text
        anna.send("/start/unlock", passphrase="secret")
        anna.reaches("Whom do you want to read?")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_between_the_start_and_the_node_it_stops(
    tmp_path: Path, number: signal.Signals
) -> None:
    home = tmp_path / "home"
    with at(home) as anna:
        begin(anna, "Anna", "secret")
    with at(home) as anna:
        # Somebody who is let in, and asks for nothing, keeps the start's page there longer.
        site = urlsplit(anna.name_of_page())
        with socket.create_connection(("127.0.0.1", site.port)):
            anna.send("/start/unlock", passphrase="secret")
            anna.process.send_signal(number)
            assert anna.process.wait(PATIENCE_S) == 0
    open_keys(home / "keys", "secret")


def test_another_machine_takes_this_one_in(tmp_path: Path) -> None:
    with at(tmp_path / "first") as first, at(tmp_path / "second") as second:
        begin(first, "Anna")
        second.open("/start/how").send("/start/how", how="device")
        second.send("/start/device", name="laptop")
        link = wait(lambda: _device_link(second.open("/start/wait")))
        first.open("/devices").send("/devices", link=link)
        code = wait(
            lambda: re.search(r'aria-label="Code">([^<]+)<', first.open("/devices").text)
        )
        wait(lambda: code[1] in second.open("/start/wait").text)
        first.send("/devices/confirm", code=code[1], same="yes")
        second.reaches("Whom do you want to read?")
        mine = said(first.home, "whoami", "--json")
        assert (
            said(second.home, "whoami", "--json").split('"author"')[1][:60]
            == (mine.split('"author"')[1][:60])
        )


def _device_link(person: Person) -> str:
    found = re.search(r"<code>([^<]+)</code>", person.text)
    return unescape(found[1]) if found else ""
