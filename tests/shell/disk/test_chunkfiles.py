"""Chunk files by themselves: which are taken up, and links put in their place.

What they are to the logs is in ``test_logs_contract.py``.
"""

from pathlib import Path

import pytest
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.errors import DamageError
from swarmfeed.shell.disk.chunkfiles import ChunkFiles

from tests.core.samples import FEED

SPAN = ChunkSpan(0, 0)
NAME = chunk_name(FEED, SPAN)


@pytest.fixture
def chunks(tmp_path: Path) -> ChunkFiles:
    """One chunk is kept."""
    chunks = ChunkFiles(tmp_path / "feeds")
    chunks.write(FEED, {SPAN: b"chunk"})
    return chunks


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file outside, that nobody shall read or write."""
    path = tmp_path / "canary"
    path.write_bytes(b"secret")
    return path


def test_only_what_is_named_as_a_chunk_is_taken_up(chunks: ChunkFiles, tmp_path: Path) -> None:
    higher = ChunkSpan(3, 12)
    (chunks.kept_folder(FEED) / chunk_name(FEED, higher)).touch()
    for name in (f"{NAME}.part", f"x{NAME}", chunk_name(FEED, SPAN).replace("-0.", "-00.")):
        (chunks.kept_folder(FEED) / name).touch()
    again = ChunkFiles(tmp_path / "feeds")
    assert again.held(FEED) == frozenset(), "nothing was looked at yet"
    again.take_up(FEED)
    assert again.held(FEED) == {SPAN, higher}


def test_what_is_kept_is_told_as_the_same_until_it_changes(chunks: ChunkFiles) -> None:
    """Thousands of feeds are asked for at a page: to know one again costs nothing."""
    before = chunks.held(FEED)
    assert chunks.held(FEED) is before
    higher = ChunkSpan(1, 4)
    chunks.write(FEED, {higher: b"another"})
    assert before == {SPAN}, "who was told keeps what was so then"
    assert chunks.held(FEED) == {SPAN, higher}
    chunks.drop(FEED, SPAN)
    assert chunks.held(FEED) == {higher}


def test_a_feed_without_folders_has_no_chunks(tmp_path: Path) -> None:
    chunks = ChunkFiles(tmp_path / "feeds")
    assert not chunks.has_folders(FEED)
    assert chunks.listed(FEED) == []
    with pytest.raises(DamageError, match="is missing"):
        chunks.read(FEED, SPAN)


def test_what_was_deleted_can_be_made_again(chunks: ChunkFiles) -> None:
    chunks.forget(FEED)
    chunks.delete_folders(FEED)
    assert not chunks.feed_folder(FEED).exists()
    assert chunks.held(FEED) == frozenset()
    chunks.write(FEED, {SPAN: b"another"})
    assert chunks.has_folders(FEED)
    assert chunks.read(FEED, SPAN) == b"another"


@pytest.mark.attack("A11")
def test_a_link_in_the_place_of_a_distrusted_chunk_is_deleted(
    chunks: ChunkFiles, canary: Path
) -> None:
    (chunks.kept_folder(FEED) / NAME).unlink()
    (chunks.kept_folder(FEED) / NAME).symlink_to(canary)
    chunks.distrust(FEED, SPAN)
    assert list(chunks.incoming_folder(FEED).iterdir()) == []
    assert chunks.held(FEED) == frozenset()
    assert canary.read_bytes() == b"secret"


@pytest.mark.attack("A11")
def test_a_link_in_the_place_of_an_arrived_chunk_is_refused(
    chunks: ChunkFiles, canary: Path
) -> None:
    chunks.drop(FEED, SPAN)
    (chunks.incoming_folder(FEED) / NAME).symlink_to(canary)
    with pytest.raises(DamageError):
        chunks.read_incoming(FEED, SPAN)
    with pytest.raises(DamageError):
        chunks.keep(FEED, SPAN)
    assert chunks.held(FEED) == frozenset()
