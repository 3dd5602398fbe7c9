"""A home that goes on as a new device: what was written is readable, no session is shared."""

from contextlib import closing
from functools import partial
from pathlib import Path
from secrets import token_bytes

from street.fakes.ledger import FakeLedger
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.node.letters.book import take_along
from swarmfeed.shell.store.letters import open_letters
from swarmfeed.shell.store.sealed_ledger import SealedLedger

from tests.node.letters.scene import friends, has, parts, texts, until, write

OLD, NEW = bytes(32), bytes([1]) * 32


def test_the_new_device_reads_what_was_written_and_has_sessions_of_its_own(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await write(anna, ben, "one")
        await write(ben, anna, "two")
        await until(street, partial(has, ben, anna, ["one", "two"]))
        await until(street, partial(has, anna, ben, ["one", "two"]))
        anew = await street.move_in(device_of=ben, knows=[anna])
        ben.recognise(anew)
        await street.pass_time(5)
        await anew.stop()
        await ben.stop()
        anew.letters = FakeLedger()
        take_along(ben.letters, anew.letters)
        take_along(ben.letters, anew.letters)  # it was interrupted, and is done again
        assert anew.letters.read("devices") == anew.letters.read("keys") == {}
        await anew.start()
        anew.running.feeds.finder.hint([anna.endpoint])
        await street.pass_time(5)
        assert await texts(anew, anna) == ["one", "two"]
        await parts(anew).keyring.publish()
        await write(anna, anew, "three")
        await until(street, partial(has, anew, anna, ["one", "two", "three"]))
        await write(anew, anna, "four")
        await until(street, partial(has, anna, anew, ["one", "two", "three", "four"]))

    in_neighbourhood(tmp_path, scenario)


def opened(path: Path, seed: bytes) -> SealedLedger:
    return open_letters(path, seed, token_bytes)


def test_both_devices_rows_lie_in_one_file_and_each_opens_its_own(tmp_path: Path) -> None:
    path, talk = tmp_path / "letters.db", f"talk-{b'ben'.hex()}"
    with closing(opened(path, OLD)) as before, closing(opened(path, NEW)) as now:
        before.write({"talks": {b"ben": b"row"}, talk: {b"1": b"words"}, "keys": {b"k": b"s"}})
        take_along(before, now)
    with closing(opened(path, NEW)) as now:
        assert now.read(talk) == {b"1": b"words"}
        assert (now.read("talks"), now.read("keys")) == ({b"ben": b"row"}, {})
    with closing(opened(path, OLD)) as before:
        assert before.read("keys") == {b"k": b"s"}
