"""Real files that are damaged while nothing runs: the next start says what is gone."""

from contextlib import ExitStack, closing
from pathlib import Path

from msgspec.structs import replace
from street.fakes.dice import FakeDice
from swarmfeed.node.ground.begun_anew import begun_anew
from swarmfeed.node.ground.shells import Shells
from swarmfeed.shell.store.ledger import open_ledger
from swarmfeed.shell.store.letters import open_letters
from swarmfeed.shell.store.private import open_private

from tests.node.rig import new_ground

FILES = ("letters.db", "private.db", "ledger.db")
SEED = bytes(32)


def say(shells: Shells, folder: Path) -> list[str]:
    """Open the three files, and return what is said of them."""
    with ExitStack() as stack:
        opened = replace(
            shells,
            letters=stack.enter_context(
                closing(open_letters(folder / FILES[0], SEED, FakeDice()))
            ),
            private=stack.enter_context(closing(open_private(folder / FILES[1], SEED))),
            ledger=stack.enter_context(closing(open_ledger(folder / FILES[2]))),
        )
        opened.letters.check_writable()
        opened.ledger.check_writable()
        opened.private.write(())
        return list(begun_anew(opened))


def test_what_is_lost_is_said_until_the_damaged_one_is_gone(tmp_path: Path) -> None:
    shells = new_ground(tmp_path / "rest").shells
    files = tmp_path / "files"
    files.mkdir()
    assert say(shells, files) == []
    for each in FILES:
        (files / each).write_bytes(b"no database" * 1_000)
    said = say(shells, files)
    assert [f"{name}.damaged" in line for name, line in zip(FILES, said, strict=True)] == [
        True
    ] * 3
    assert say(shells, files) == said, "at the next start too"
    for each in FILES:
        (files / f"{each}.damaged").unlink()
    assert say(shells, files) == []
