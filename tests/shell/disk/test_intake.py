"""Small feeds in one file: each is whole, grows out of it, and leaves nothing behind."""

import os
from pathlib import Path
from random import Random

import pytest
from seeker.packed import MAGIC, unpacked
from street.fakes.powercut import Survivor, choices, recording
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.replica import Replica, extend_replica
from swarmfeed.errors import PassingError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.shell.disk import intake
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import Author, posts
from tests.shell.disk.test_arriving import CERTIFICATES, Arrived, arriving, authors


def received(root: Path, arrived: Arrived) -> FileLogs:
    logs = FileLogs(root)
    logs.write_new(arrived)
    logs.take_in([replica for replica, _ in arrived])
    return logs


def read(root: Path) -> dict[FeedId, Replica]:
    logs = FileLogs(root)
    found = {each.feed_id: each for each in logs.read_all()}
    assert logs.damaged() == {}
    return found


def files(root: Path) -> list[str]:
    return sorted(each.name for each in root.iterdir() if each.name.startswith("arrived-"))


def grow(logs: FileLogs, author: Author) -> Replica:
    """Take two more entries in, as a follower does."""
    before = author.replica
    assert before is not None
    stored = posts(before.size, before.size + 2)
    after = author.append(stored)
    logs.extend(
        extend_replica(before, before.size, stored, after.signed_head, b""), before.size
    )
    return after


def has_head(content: bytes, replica: Replica) -> bool:
    """Whether what a feed said stands in a file, packed or not."""
    return any(replica.signed_head in each for _, each in unpacked(content))


def came(root: Path, count: int = 4) -> tuple[FileLogs, list[Author]]:
    found = authors(count)
    arrived = [(each.replica, CERTIFICATES) for each in found if each.replica is not None]
    return received(root, arrived), found


def test_a_group_is_one_file_and_no_folder(tmp_path: Path) -> None:
    root = tmp_path / "feeds"
    logs, found = came(root)
    assert [each.name for each in root.iterdir()] == ["arrived-0"]
    assert logs.disk_bytes(found[0].feed_id) > 300
    assert sum(logs.disk_bytes(each.feed_id) for each in found) < (
        (root / "arrived-0").stat().st_size
    )


def test_more_than_a_file_takes_go_into_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.shell.disk.intake.ARRIVED_FEEDS_MAX", 3)
    _, found = came(tmp_path / "feeds", 7)
    assert files(tmp_path / "feeds") == ["arrived-0", "arrived-1", "arrived-2"]
    assert set(read(tmp_path / "feeds")) == {each.feed_id for each in found}


def test_a_large_one_has_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swarmfeed.shell.disk.intake.ARRIVED_FEED_BYTES_MAX", 100)
    came(tmp_path / "feeds")
    assert files(tmp_path / "feeds") == [] and len(read(tmp_path / "feeds")) == 4


def test_a_file_there_is_never_written_over(tmp_path: Path) -> None:
    first, second = arriving(4)[:2], arriving(4)[2:]
    received(tmp_path / "feeds", first)
    received(tmp_path / "feeds", second)  # without having read what is there
    assert files(tmp_path / "feeds") == ["arrived-0", "arrived-1"]
    assert len(read(tmp_path / "feeds")) == 4


def test_one_that_grew_is_what_its_own_journal_says(tmp_path: Path) -> None:
    logs, (anna, bert, *_) = came(tmp_path / "feeds")
    after = grow(logs, anna)
    assert logs.is_journal_sound(after)
    found = read(tmp_path / "feeds")
    assert found[anna.feed_id] == after and found[bert.feed_id] == bert.replica
    again = FileLogs(tmp_path / "feeds")
    again.read_all()
    assert again.read_certificates(anna.feed_id) == CERTIFICATES
    later = grow(again, anna)
    assert read(tmp_path / "feeds")[anna.feed_id] == later


def test_to_grow_out_of_it_takes_four_syncs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs, (anna, *_) = came(tmp_path / "feeds")
    synced, fsync = list[int](), os.fsync
    monkeypatch.setattr(os, "fsync", lambda each: (synced.append(each), fsync(each))[1])
    grow(logs, anna)
    # Of the feed's folder and the one of all; of the journal, and of its folder again.
    assert len(synced) == 4


def test_what_is_said_of_one_later_stands_in_its_folder(tmp_path: Path) -> None:
    logs, (anna, bert, *_) = came(tmp_path / "feeds")
    assert anna.replica is not None
    logs.replace_certificates(anna.feed_id, [b"another"])
    logs.save_fork(bert.feed_id, b"one head", b"another head", ())
    for each in (logs, FileLogs(tmp_path / "feeds")):
        if each is not logs:
            assert len(each.read_all()) == 4
        assert each.read_certificates(anna.feed_id) == (b"another",)
        assert each.read_fork(bert.feed_id) == (b"one head", b"another head", ())
        assert each.is_journal_sound(anna.replica)


def test_one_that_is_let_go_stays_away(tmp_path: Path) -> None:
    logs, (anna, bert, *rest) = came(tmp_path / "feeds")
    grow(logs, bert)
    logs.drop_feed(anna.feed_id)
    logs.drop_feed(bert.feed_id)
    assert set(read(tmp_path / "feeds")) == {each.feed_id for each in rest}
    for each in rest:
        logs.drop_feed(each.feed_id)
    assert list((tmp_path / "feeds").iterdir()) == []


def test_what_was_taken_back_is_nowhere_once_it_is_erased(tmp_path: Path) -> None:
    logs, (anna, bert, *_) = came(tmp_path / "feeds")
    old = (tmp_path / "feeds" / "arrived-0").read_bytes()
    before = anna.replica
    assert before is not None and has_head(old, before)
    grow(logs, anna)
    logs.erase(bert.feed_id)
    assert (tmp_path / "feeds" / "arrived-0").read_bytes() == old, "bert has nothing else"
    logs.erase(anna.feed_id)
    new = (tmp_path / "feeds" / "arrived-0").read_bytes()
    assert not has_head(new, before)
    assert len(read(tmp_path / "feeds")) == 4


def test_a_file_that_half_is_needed_of_is_packed(tmp_path: Path) -> None:
    logs, found = came(tmp_path / "feeds")
    path = tmp_path / "feeds" / "arrived-0"
    whole = path.stat().st_size
    grow(logs, found[0])
    logs.pack_journal(found[0].feed_id)
    assert path.stat().st_size == whole
    grow(logs, found[1])
    logs.pack_journal(found[1].feed_id)
    assert path.stat().st_size < 0.6 * whole
    for each in found[2:]:
        grow(logs, each)
        logs.pack_journal(each.feed_id)
    assert files(tmp_path / "feeds") == [] and len(read(tmp_path / "feeds")) == 4


def test_one_that_comes_again_after_it_grew_and_went(tmp_path: Path) -> None:
    logs, (anna, *_) = came(tmp_path / "feeds")
    after = grow(logs, anna)
    logs.drop_feed(anna.feed_id)
    logs.write_new([(after, CERTIFICATES)])
    logs.take_in([after])
    assert read(tmp_path / "feeds")[anna.feed_id] == after
    assert logs.is_journal_sound(after)


@pytest.mark.attack("A29")
def test_one_bad_byte_hides_no_feed(tmp_path: Path) -> None:
    arrived = arriving(4)
    received(tmp_path / "feeds", arrived)
    path, random = tmp_path / "feeds" / "arrived-0", Random(49)
    content = path.read_bytes()
    for at in sorted(random.sample(range(len(content)), 25)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        logs = FileLogs(tmp_path / "feeds")
        found = {each.feed_id: each for each in logs.read_all()}
        for replica, certificates in arrived:
            feed_id = replica.feed_id
            assert found.get(feed_id) == replica or feed_id in logs.damaged(), at
            if feed_id in found:
                assert len(logs.read_certificates(feed_id)) <= len(certificates)


def test_a_damaged_one_is_mended_by_what_comes_again(tmp_path: Path) -> None:
    logs, (anna, *_) = came(tmp_path / "feeds", 1)
    assert anna.replica is not None
    path = tmp_path / "feeds" / "arrived-0"
    content = path.read_bytes()
    at = content.index(MAGIC) + 50
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert not logs.is_journal_sound(anna.replica)
    damaged = FileLogs(tmp_path / "feeds")
    assert damaged.read_all() == [] and set(damaged.damaged()) == {anna.feed_id}
    damaged.replace(anna.replica)
    assert damaged.is_journal_sound(anna.replica)
    assert read(tmp_path / "feeds") == {anna.feed_id: anna.replica}


def test_without_both_indexes_a_file_says_nothing_and_stays(tmp_path: Path) -> None:
    received(tmp_path / "feeds", arriving(2))
    path = tmp_path / "feeds" / "arrived-0"
    path.write_bytes(b"?" * 200)
    logs = FileLogs(tmp_path / "feeds")
    assert logs.read_all() == []
    logs.write_new(arriving(2))
    assert files(tmp_path / "feeds") == ["arrived-0", "arrived-1"]
    assert len(read(tmp_path / "feeds")) == 2


def test_a_file_that_cannot_be_read_now_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = arriving(4)[:2], arriving(4)[2:]
    received(tmp_path / "feeds", first)
    received(tmp_path / "feeds", second)
    real = intake.read_file

    def refuse(path: Path, limit_bytes: int) -> bytes:
        if path.name == "arrived-0":
            raise PassingError("not now", "descriptors")
        return real(path, limit_bytes)

    logs = FileLogs(tmp_path / "feeds")
    shelf = Shelf(logs, Events())
    with monkeypatch.context() as patch:
        patch.setattr(intake, "read_file", refuse)
        assert {each.feed_id for each in logs.read_all()} == {
            each.feed_id for each, _ in second
        }
        assert logs.damaged() == {} and logs.unsure() is not None
        known, unknown = second[0][0].feed_id, first[0][0].feed_id
        with pytest.raises(PassingError):
            shelf.load()
        assert shelf.is_unread(unknown)
        with pytest.raises(PassingError):
            shelf.check_read(unknown)  # an older head might take its place
        with pytest.raises(PassingError):
            logs.read_again()
    again = {each.feed_id: each for each in logs.read_again()}
    assert again == {each.feed_id: each for each, _ in first}
    assert logs.unsure() is None and known not in again
    shelf.check_read(unknown)


@pytest.mark.slow
@pytest.mark.attack("A28")
def test_whenever_the_power_goes_no_feed_is_lost_or_older(tmp_path: Path) -> None:
    root = tmp_path / "home"
    root.mkdir()
    (tmp_path / "left").mkdir()
    found = authors(4)
    arrived = [(each.replica, CERTIFICATES) for each in found if each.replica is not None]
    with recording(root) as recorder:
        logs = received(root / "feeds", arrived)
        recorder.acknowledge(1)
        sizes = [5, 5, 5, 5]
        for number in (0, 1):
            grow(logs, found[number])
            recorder.acknowledge(2 + number)
        logs.pack_journal(found[0].feed_id)
        logs.drop_feed(found[3].feed_id)
        recorder.acknowledge(4)
    random, count = Random(41), 0
    for cut in range(len(recorder.events) + 1):
        events = recorder.events[:cut]
        survivor = Survivor(root, events)
        told = max((each.at for each in events if each.what == "acknowledge"), default=0)
        for keep in choices(random, 5):
            left = tmp_path / "left" / str(count)
            survivor.write_to(left, keep)
            there = {each: replica.size for each, replica in read(left / "feeds").items()}
            for number, author in enumerate(found[:3] if told >= 1 else ()):
                grown = number < 2 and told >= 2 + number
                assert there[author.feed_id] >= sizes[number] + 2 * grown, cut
            assert told < 4 or found[3].feed_id not in there
            count += 1
    assert count > 100
