"""Files of media in a home: what a crash leaves, and what is shown of them."""

from pathlib import Path

from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.medium import medium_name
from swarmfeed.core.feed.metainfo import pieces_root
from swarmfeed.ports.media import KeptMedium
from swarmfeed.shell.disk.media import SAID, DiskMedia


def kept_file(files: DiskMedia, number: int) -> KeptMedium:
    content = bytes([number]) * 100
    made = files.write_incoming(f"{number}", [content])
    pieces = files.hash(made)
    kept = KeptMedium(
        id=pieces_root(pieces), size_bytes=100, v1=pieces.v1, v2=pieces.v2, since_ms=number
    )
    files.keep(made, kept)
    return kept


def test_what_was_kept_is_read_and_what_a_crash_left_of_others_is_deleted(
    tmp_path: Path,
) -> None:
    files = DiskMedia(tmp_path / "media")
    one, two, three = [kept_file(files, number) for number in range(3)]
    said = {each.id: path_of_said(files, each.id) for each in (one, two, three)}
    (files.folder / medium_name(two.id)).unlink()
    said[three.id].write_bytes(b"damaged")
    assert DiskMedia(tmp_path / "media").read() == [one]
    assert not said[two.id].exists()
    # It may be the person's own: nothing is deleted of what only cannot be read.
    assert (files.folder / medium_name(three.id)).exists() and said[three.id].exists()


def test_what_was_being_made_for_a_page_lies_where_it_is_tidied_away(tmp_path: Path) -> None:
    files = DiskMedia(tmp_path / "media")
    kept = kept_file(files, 1)
    files.write_shown(kept.id, "small", b"picture")
    shown = files.shown(kept.id, "small")
    assert shown is not None and shown.read_bytes() == b"picture"
    assert list(files.incoming.iterdir()) == []
    files.drop([kept.id])
    assert files.read() == [] and files.shown(kept.id, "small") is None


def path_of_said(files: DiskMedia, medium_id: Hash) -> Path:
    return (files.folder / medium_name(medium_id)).with_suffix(SAID)


def test_how_long_is_what_was_made_of_each_file(tmp_path: Path) -> None:
    files = DiskMedia(tmp_path / "media")
    assert files.made_bytes() == {}
    one, two = kept_file(files, 1), kept_file(files, 2)
    files.write_shown(one.id, "small", b"123")
    files.write_shown(one.id, "whole", b"12345")
    assert files.made_bytes() == {medium_name(one.id): 8}
    files.drop([one.id])
    files.write_shown(two.id, "small", b"1")
    assert files.made_bytes() == {medium_name(two.id): 1}


def test_what_was_made_of_a_file_goes_when_a_crash_left_only_that(tmp_path: Path) -> None:
    files = DiskMedia(tmp_path / "media")
    one, two = kept_file(files, 1), kept_file(files, 2)
    for each in (one, two):
        files.write_shown(each.id, "small", b"picture")
    path_of_said(files, two.id).unlink()
    (files.folder / medium_name(two.id)).unlink()
    assert DiskMedia(tmp_path / "media").read() == [one]
    assert [files.shown(each.id, "small") is None for each in (one, two)] == [False, True]
