"""A withdrawn body leaves the disk, and whenever the power goes no entry is lost."""

from pathlib import Path
from random import Random

import pytest
from seeker.needle import Needle
from seeker.seeking import seek
from street.fakes.check_log import CheckLog
from street.fakes.logs import FakeDisk, FakeLogs
from street.fakes.powercut import Survivor, choices, recording
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.entry import decode_entry, encode_entry, hash_stored
from swarmfeed.core.feed.kinds import WithdrawBody, encode_body
from swarmfeed.core.feed.replica import extend_replica, open_replica
from swarmfeed.core.feed.withdrawal import strip
from swarmfeed.errors import DamageError
from swarmfeed.ports import Logs
from swarmfeed.shell.disk.durable import TEMPORARY_SUFFIX
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, Author, post, posts
from tests.shell.disk.open_logs import FOLDER, NOW_MS

CANARY = "qzkvjxwpyrmhtbgdfcln"
FIRST = ChunkSpan(0, 0)


def withdrawal(index: int) -> bytes:
    return encode_entry("withdraw", 1, encode_body(WithdrawBody(index)))


def write(logs: Logs, stored: list[bytes], going: tuple[int, ...] = ()) -> None:
    logs.append(FEED, stored, now_ms=NOW_MS, sign=KEY.sign, going=going)


def found(folder: Path) -> list[str]:
    return [str(place) for place in seek(folder, Needle(CANARY))]


@pytest.fixture(params=["fake", "real"])
def logs(request: pytest.FixtureRequest, root: Path) -> Logs:
    return FakeLogs(FakeDisk(root)) if request.param == "fake" else FileLogs(root)


def test_what_goes_is_gone_and_all_else_is_there(logs: Logs) -> None:
    stored = [*posts(0, 7), post(7, CANARY), *posts(8, 300)]
    write(logs, stored)
    write(logs, [withdrawal(7)], (7,))
    stored = [*stored[:7], strip(stored[7]), *stored[8:], withdrawal(7)]
    assert logs.read_entries(FEED, 0, 301) == stored
    assert logs.held(FEED) == {FIRST}
    write(logs, [post(301)])
    assert logs.read_entries(FEED, 0, 302) == [*stored, post(301)]


def test_a_smaller_chunk_that_has_it_does_not_stay(logs: Logs) -> None:
    write(logs, [post(0, CANARY), *posts(1, 4095)])
    write(logs, [post(4095)])
    assert FIRST in logs.held(FEED)
    write(logs, [withdrawal(0)], (0,))
    assert FIRST not in logs.held(FEED)
    assert {ChunkSpan(0, 1), ChunkSpan(1, 0)} <= logs.held(FEED)


def test_of_somebody_elses_feed_the_old_chunk_is_held_no_more(logs: Logs) -> None:
    author = Author()
    before = author.append([post(0, CANARY), *posts(1, 300)])
    logs.replace(before)
    logs.write_chunk(FEED, FIRST, author.chunks[FIRST])
    old = author.chunks[FIRST]
    after = author.append([withdrawal(0)], going=[0])
    logs.replace(after)
    assert logs.held(FEED) == set()
    assert logs.read_incoming(FEED, FIRST) == old, "what is good of it need not be fetched"
    with pytest.raises(DamageError):
        logs.read_entries(FEED, 0, 1)
    logs.write_chunk(FEED, FIRST, author.chunks[FIRST])
    logs.drop_incoming(FEED, FIRST)
    assert decode_entry(logs.read_entries(FEED, 0, 1)[0]).body is None


def test_a_chunk_that_is_what_the_list_says_stays_where_the_journal_was_lost(
    root: Path,
) -> None:
    author = Author()
    before = author.append([post(0, CANARY), *posts(1, 300)])
    logs = FileLogs(root)
    logs.replace(before)
    logs.write_chunk(FEED, FIRST, author.chunks[FIRST])
    (root / FOLDER / "journal").unlink()
    again = FileLogs(root)
    again.read_all()
    again.write_chunk(FEED, FIRST, author.chunks[FIRST])
    again.replace(before)
    assert again.held(FEED) == {FIRST}
    (root / FOLDER / "journal").unlink()
    third = FileLogs(root)
    third.read_all()
    third.write_chunk(FEED, FIRST, author.chunks[FIRST])
    third.replace(author.append([withdrawal(0)], going=[0]))
    assert third.held(FEED) == set(), "another one of the same name"


def test_nothing_of_it_is_on_the_authors_disk(root: Path) -> None:
    logs = FileLogs(root)
    write(logs, [*posts(0, 255), post(255, CANARY)])
    assert found(root.parent)
    write(logs, [withdrawal(255)], (255,))
    assert found(root.parent) == []
    write(logs, [post(257, CANARY)])  # in the mark too, of which it was the last append
    assert len(found(root.parent)) > 1
    write(logs, [withdrawal(257)])
    assert found(root.parent) == []
    assert CheckLog(root).feeds[FEED].replica.size == 259


def test_nothing_of_it_is_on_a_followers_disk(root: Path) -> None:
    author, logs = Author(), FileLogs(root)
    logs.replace(author.append([*posts(0, 3), post(3, CANARY)]))
    assert found(root.parent)
    after = author.append([withdrawal(3)])
    logs.extend(after, 4)
    assert found(root.parent) == []
    assert CheckLog(root).feeds[FEED].replica == after


def test_a_tail_that_comes_with_it_is_cleared(root: Path) -> None:
    author, logs = Author(), FileLogs(root)
    before = author.append([post(0, CANARY)])
    after = author.append([withdrawal(0)])
    lax = [post(0, CANARY), withdrawal(0)]
    logs.replace(open_replica(FEED, after.signed_head, after.chunk_list, lax))
    assert found(root.parent) == []
    assert extend_replica(before, 1, lax[1:], after.signed_head, b"") == after


@pytest.mark.slow
@pytest.mark.attack("A28")
def test_whenever_the_power_goes_it_is_withdrawn_or_not_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    root, scratch, dice = tmp_path / "home", tmp_path / "scratch", Random(36)
    root.mkdir()
    scratch.mkdir()
    stored = [*posts(0, 9), post(9, CANARY), *posts(10, 300), post(300, CANARY)]
    with recording(root) as recorder:
        logs = FileLogs(root / "feeds")
        logs.read_all()
        write(logs, stored)
        recorder.acknowledge(301)
        first = len(recorder.events)
        write(logs, [withdrawal(9), withdrawal(300)], (9,))
        recorder.acknowledge(303)
        write(logs, [withdrawal(10), post(304)], (10,))
        recorder.acknowledge(305)
    ends = [withdrawal(9), withdrawal(300), withdrawal(10), post(304)]
    hashes = [hash_stored(each) for each in (*stored, *ends)]
    sizes = set()
    for cut in range(first, len(recorder.events) + 1):
        survivor = Survivor(root, recorder.events[:cut])
        said = [each.at for each in recorder.events[:cut] if each.what == "acknowledge"]
        for number, keep in enumerate(choices(dice, 5)):
            left = scratch / f"{cut}-{number}"
            survivor.write_to(left, keep)
            entries = CheckLog(left / "feeds").entries(FEED)
            assert len(entries) >= max(said)
            assert [hash_stored(each) for each in entries] == hashes[: len(entries)]
            gone = {n for n, each in enumerate(entries) if decode_entry(each).body is None}
            assert gone == {301: set(), 303: {9, 300}, 305: {9, 10, 300}}[len(entries)]
            assert list(left.rglob("*.new")) == []
            if len(entries) > 301:
                assert found(left / "feeds") == []
            sizes.add(len(entries))
    assert sizes == {301, 303, 305}


def test_what_a_kill_left_half_written_goes_at_the_next_start(root: Path) -> None:
    write(FileLogs(root), posts(0, 3))
    places = (root, root / FOLDER, root / FOLDER / "chunks", root / FOLDER / "incoming")
    for place in places:
        (place / f".x{TEMPORARY_SUFFIX}").write_bytes(CANARY.encode())
    FileLogs(root).read_all()
    assert found(root) == []
