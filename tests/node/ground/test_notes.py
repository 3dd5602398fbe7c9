"""Notes are written together, in their newest form, and told of when they are written."""

import asyncio
from collections.abc import Callable

import pytest
from street.fakes.index import FakeIndex
from swarmfeed.node.ground import notes as module
from swarmfeed.node.ground.notes import Notes


class Writer:
    """A thread that may write, and may refuse."""

    def __init__(self) -> None:
        self.rounds = 0
        self.refuses = False

    async def turn(self) -> None:
        await asyncio.sleep(0)

    async def write(self, call: Callable[[], object]) -> bool:
        self.rounds += 1
        if not self.refuses:
            call()
        return not self.refuses


async def written(writer: Writer, put: Callable[[Notes], None]) -> None:
    """Let notes be put, and written."""
    notes = Notes(FakeIndex(), writer.write, writer.turn)
    put(notes)
    task = asyncio.create_task(notes.run())
    await notes.drain()
    task.cancel()


def test_what_waits_is_written_at_once_the_newest_of_each() -> None:
    said: list[str] = []
    writer = Writer()

    def put(notes: Notes) -> None:
        for key, text in (("a", "old"), ("b", "other"), ("a", "new")):
            notes.put(key, lambda text=text: said.append(text), lambda: said.append("told"))  # type: ignore[misc]

    asyncio.run(written(writer, put))
    assert said == ["new", "other", "told", "told"]
    assert writer.rounds == 1


def test_what_was_not_written_is_not_told() -> None:
    said: list[str] = []
    writer = Writer()
    writer.refuses = True
    asyncio.run(
        written(writer, lambda notes: notes.put("a", list, lambda: said.append("told")))
    )
    assert said == []
    assert writer.rounds == 1


def test_no_more_wait_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NOTES_MAX", 2)
    said: list[int] = []

    def put(notes: Notes) -> None:
        for number in (0, 1, 2, 0):
            notes.put(number, lambda number=number: said.append(number), list)  # type: ignore[misc]

    asyncio.run(written(Writer(), put))
    assert said == [0, 1]
