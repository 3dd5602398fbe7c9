"""What is remembered of a torrent: who may have sent what, and what is told of it, once."""

from pathlib import Path

import pytest
from street.fakes.chunks import make_chunk
from swarmfeed.core.base.types import Endpoint
from swarmfeed.ports import ChunkArrived, PeerSentGarbage, SwarmFailed
from swarmfeed.shell.torrents.held import BLOCK_BYTES, BYTES_LOST_MAX, HeldTorrent


def test_what_libtorrent_repeats_is_told_once(tmp_path: Path) -> None:
    torrent, _ = make_chunk(1)
    held = HeldTorrent(torrent, tmp_path, None, complete=False)
    liar = Endpoint("127.0.82.1", 6_881)
    assert held.arrive() is None
    assert [held.accuse(liar), held.accuse(liar)] == [
        PeerSentGarbage(torrent.info_hash, liar),
        None,
    ]
    assert [held.fail("full"), held.fail("full")] == [
        SwarmFailed(torrent.info_hash, "full"),
        None,
    ]
    held.flushing = True
    assert [held.arrive(), held.arrive()] == [ChunkArrived(torrent.info_hash), None]
    assert held.progress().bytes_done == torrent.size_bytes
    assert held.fail("damaged") == SwarmFailed(torrent.info_hash, "damaged")
    assert held.progress().bytes_done == 0


def test_a_chunk_arrived_once_it_was_written_down_after_it_finished(tmp_path: Path) -> None:
    """libtorrent does so of itself too, and may then be writing in another thread."""
    torrent, _ = make_chunk(1)
    held, again = HeldTorrent(torrent, tmp_path, None, complete=False), list[str]()
    assert held.flushed(lambda: again.append("early")) is None
    for _ in range(2):  # also when it failed since, and was fetched anew
        held.flushing = True
        assert held.flushed(lambda: again.append("once more")) is None
        assert held.flushed(lambda: again.append("thrice")) == ChunkArrived(torrent.info_hash)
        assert held.flushed(lambda: again.append("late")) is None
        held.complete = False
    assert again == ["once more", "once more"]


@pytest.mark.attack("A44")
def test_false_bytes_of_one_among_several_begin_a_fetch_anew_and_are_told_once() -> None:
    held, one, other = raced_for()
    held.ask((0, 0), one)
    assert held.spoil(0) is None, "libtorrent names the one there is"
    held.ask((0, 0), one)
    held.ask((0, 1), other)
    assert held.spoil(1) is None, "that piece is of nobody else"
    assert held.spoil(0) == SwarmFailed(
        held.torrent.info_hash, "one of several peers sent false bytes"
    )
    assert held.spoil(0) is None


@pytest.mark.attack("A44")
def test_who_was_asked_first_may_have_sent_it_though_another_was_asked_since() -> None:
    """The last blocks are asked of whoever is free, beside who was asked before."""
    held, one, other = raced_for()
    held.ask((0, 0), one)
    held.ask((0, 1), other)
    held.ask((0, 1), one)
    assert held.spoil(0) is not None


def test_who_sent_a_block_is_believed_before_who_was_asked_last() -> None:
    held, one, other = raced_for()
    for block in range(3):
        held.ask((0, block), one)
        held.ask((0, block), other)
        held.take((0, block), one)
    assert held.spoil(0) is None, "all of it is of one"
    for block in range(4):
        held.ask((0, block), one)
        held.ask((0, block), other)
    held.take((0, 0), one)
    held.flushing = True
    held.arrive()
    assert held.given == {one: BLOCK_BYTES, other: 3 * BLOCK_BYTES}


def raced_for() -> tuple[HeldTorrent[None], Endpoint, Endpoint]:
    """A chunk of four blocks that is on its way, and two peers."""
    torrent, _ = make_chunk(1, 3 * BLOCK_BYTES + 1)
    held = HeldTorrent(torrent, Path(), None, complete=False)
    return held, Endpoint("127.0.82.1", 1), Endpoint("127.0.82.2", 1)


def test_a_torrent_is_begun_anew_while_little_of_it_came() -> None:
    torrent, _ = make_chunk(1, 900_000)
    held = HeldTorrent(torrent, Path(), None, complete=False)
    held.given[Endpoint("127.0.82.1", 1)] = BYTES_LOST_MAX
    assert not held.is_under_way
    held.bytes_done = BYTES_LOST_MAX + 1
    assert held.is_under_way
