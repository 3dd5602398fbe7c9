"""The main job: an author leaves, and a newcomer gets all that they wrote from a friend."""

import json
from pathlib import Path
from typing import Any

from wheelhouse.commands import Deadline, Failed
from wheelhouse.people import Person

POSTS = 700
"""Two chunks of 256 entries are sealed, and travel by BitTorrent; the rest by the link."""

FIRST_TIME_S = 1_262_304_000
DAY_S = 86_400


class Cast:
    """Anna writes, Ben keeps, Cleo comes late."""

    def __init__(self, program: Path, folder: Path, deadline: Deadline) -> None:
        """Make their homes in ``folder``.  Raises Failed."""
        self.folder = folder
        self.anna, self.ben, self.cleo = self._people = [
            Person(program, folder, name, number, deadline)
            for number, name in enumerate(("Anna", "Ben", "Cleo"), start=1)
        ]

    def close(self) -> None:
        """End every node that still runs, by its process."""
        for person in self._people:
            try:
                person.stop()
            except Failed as error:
                print(error, flush=True)


def play(cast: Cast) -> None:
    """Play all of it, telling each thing that was seen.

    Raises:
        Failed: Something did not happen that should have.
    """
    link = _write(cast)
    held = _keep(cast, link)
    cast.anna.stop()
    tell("Anna is offline")
    _fetch(cast, held)
    _read(cast)
    for person in (cast.ben, cast.cleo):
        person.stop()
    tell("every node ended in good order")


def tell(fact: str) -> None:
    """Print something that was seen to be so."""
    print(f"   {fact}", flush=True)


def check(fact: str, seen: object, expected: object) -> None:
    """Tell a fact, or fail because something else is seen.

    Raises:
        Failed: ``seen`` is not ``expected``.
    """
    if seen != expected:
        raise Failed(f"not so: {fact}; seen is {seen!r}, expected {expected!r}")
    tell(fact)


def _write(cast: Cast) -> str:
    """Anna writes a post and imports the others; returns her link."""
    cast.anna.start()
    cast.anna.ask("post", "Hello, swarm")
    done = cast.anna.ask("import", _notebook(cast.folder), "--author", "anna")
    check(f"Anna imported {POSTS} posts", done["imported"], POSTS)
    return str(cast.anna.ask("whoami")["link"])


def _keep(cast: Cast, link: str) -> dict[str, Any]:
    """Ben follows and fetches; returns the feed as Anna has it."""
    cast.ben.start()
    cast.ben.ask("follow", link)
    check("Ben fetched all of it", cast.ben.ask("fetch", link)["done"], True)
    own = cast.anna.wait("to have Ben's receipt", lambda: _held(cast))
    tell("Anna has Ben's receipt")
    return own


def _held(cast: Cast) -> dict[str, Any]:
    own = cast.anna.feed_of(cast.anna.author)
    return own if own["held_by"] == 1 else {}


def _fetch(cast: Cast, held: dict[str, Any]) -> None:
    """Cleo knows Anna's address, and Ben."""
    author = cast.anna.author
    cast.cleo.start(cast.ben.ask("status")["link"])
    cast.cleo.ask("follow", author)
    check("Cleo fetched all of it from Ben", cast.cleo.ask("fetch", author)["done"], True)
    feed = cast.cleo.feed_of(author)
    seen = [feed[key] for key in ("size", "root", "entries_held")]
    check("it is what Anna signed", seen, [held["size"], held["root"], held["size"]])
    cast.cleo.wait("to have indexed it", lambda: cast.cleo.ask("search", f"page{POSTS}"))


def _read(cast: Cast) -> None:
    """Cleo reads, searches, verifies, and opens her page."""
    newest = cast.cleo.ask("show", cast.anna.author, "--limit", "1")
    check("Cleo reads the newest post", [each["text"] for each in newest], ["Hello, swarm"])
    for number in (1, 256, 257, POSTS):
        found = cast.cleo.ask("search", f"page{number}")
        texts = [each["text"] for each in found]
        check(f"Cleo finds post {number}", texts, [_text(number)])
    for person in (cast.ben, cast.cleo):
        damaged = person.ask("verify")["damaged"]
        check(f"what {person.name} holds is undamaged", damaged, [])
        check(f"{person.name}'s page answers", person.open_page(), 200)


def _notebook(folder: Path) -> Path:
    lines = (
        {"author": "anna", "time": FIRST_TIME_S + number * DAY_S, "text": _text(number)}
        for number in range(1, POSTS + 1)
    )
    path = folder / "notebook.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return path


def _text(number: int) -> str:
    return f"page{number} of an old notebook"
