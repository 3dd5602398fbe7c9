"""The second implementation finds each part of a feed that is corrupted, or somebody else's."""

import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.chunk import pack_frame
from swarmfeed.core.feed.chunklist import encode_chunk_list, make_record
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.metainfo import Pieces
from swarmfeed.shell.disk.journal import append_frame
from swarmfeed.shell.disk.logs import FileLogs

from tests.core import reference
from tests.core.samples import OTHER_KEY, frame_of, post, posts
from tests.test_verify_feed import (
    CHUNK_0,
    CHUNK_1,
    FIRST,
    FOLDER_NAME,
    NOW_MS,
    Verify,
    build,
    flip,
    folder,
    problem_of,
    rewrite,
    signed_head,
    verify,
)

__all__ = ["folder", "verify"]  # fixtures


def framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "big") + sha256(payload).digest()[:8] + payload


# --- each part, corrupted ---


@pytest.mark.attack("A29")
@pytest.mark.parametrize("at", [0, 3, 4, 11, 12, 20, 100, 400, 1_000])
def test_a_flipped_bit_in_the_base_is_found(folder: Path, verify: Verify, at: int) -> None:
    flip(folder / "journal", at)
    assert problem_of(verify, folder).startswith("journal:")


@pytest.mark.attack("A29")
def test_a_flipped_bit_before_the_last_frame_is_damage(folder: Path, verify: Verify) -> None:
    content = (folder / "journal").read_bytes()
    flip(folder / "journal", content.index(b"post 592"))
    assert "journal: damaged at byte" in problem_of(verify, folder)


@pytest.mark.attack("A29")
@pytest.mark.parametrize("name", [CHUNK_0, CHUNK_1])
@pytest.mark.parametrize("at", [0, 5, 200, -1])
def test_a_flipped_bit_in_a_chunk_is_found(
    folder: Path, verify: Verify, name: str, at: int
) -> None:
    flip(folder / "chunks" / name, at)
    result = verify(folder)
    assert result["exit_code"] == 1
    assert any(problem.startswith(f"{name}: other v1") for problem in result["problems"])


def test_a_chunk_of_another_length_is_found(folder: Path, verify: Verify) -> None:
    path = folder / "chunks" / CHUNK_1
    path.write_bytes(path.read_bytes() + b"\0")
    assert problem_of(verify, folder).startswith(f"{CHUNK_1}: it has")


@pytest.mark.attack("A12")
def test_a_chunk_of_other_entries_is_found_although_its_hashes_are_signed(
    folder: Path, verify: Verify
) -> None:
    (replica,) = FileLogs(folder.parent).read_all()
    other = frame_of([post(256, "x"), *posts(257, 512)])
    record = make_record(other, replica.records[1].root)
    chunk_list = encode_chunk_list([replica.records[0], record])
    (folder / "chunks" / CHUNK_1).write_bytes(other)
    rewrite(folder, chunk_list, replica.tail, signed_head(600, replica.head.root, chunk_list))
    assert problem_of(verify, folder) == f"{CHUNK_1}: its entries lead to another root"


def test_entries_that_nobody_shows_are_counted_when_asked_for(
    tmp_path: Path, verify: Verify
) -> None:
    nameless = encode_entry("follow", NOW_MS, b"d2:oni1ee")
    later = encode_entry("later", NOW_MS, b"anything")
    folder = build(tmp_path, [[FIRST, *posts(1, 300), nameless, later]])
    assert verify(folder)["unreadable_entries"] == 0
    result = verify(folder, "--bodies")
    assert (result["exit_code"], result["unreadable_entries"]) == (0, 1)
    assert "entries that break the rules of their kind: 1" in result["notes"]


@pytest.mark.attack("A20")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (frame_of(posts(0, 255)), "255 entries"),
        (frame_of(posts(0, 256)) * 2, "too many frames"),
        (frame_of(posts(0, 256)) + b"\x50\x2a\x4d\x18\0\0\0\0", "no zstd frame"),
        (b"\x28\xb5\x2f\xfd\xa0\xff\xff\xff\xff\1\0\0", "declares 4294967295 bytes"),
        (b"\x28\xb5\x2f\xfd\xa1\x01\0\0\0\0\1\0\0", "forbidden kind"),
        (pack_frame(b"d" + b"".join(posts(256, 512)) + b"e"), "a frame is no list"),
        (frame_of([b"d1:b0:1:k4:Post1:ti0ee"] * 256), "canonical"),
    ],
)
def test_a_file_that_is_no_chunk_is_found_although_its_hashes_are_signed(
    folder: Path, verify: Verify, content: bytes, says: str
) -> None:
    (replica,) = FileLogs(folder.parent).read_all()
    record = make_record(content, replica.records[1].root)
    chunk_list = encode_chunk_list([replica.records[0], record])
    (folder / "chunks" / CHUNK_1).write_bytes(content)
    rewrite(folder, chunk_list, replica.tail, signed_head(600, replica.head.root, chunk_list))
    assert says in problem_of(verify, folder)


@pytest.mark.attack("A12")
def test_a_chunk_with_another_v2_tree_is_found_although_it_is_signed(
    folder: Path, verify: Verify
) -> None:
    (replica,) = FileLogs(folder.parent).read_all()
    wrong = replace(replica.records[1].pieces, v2=bytes(32))
    chunk_list = encode_chunk_list(
        [replica.records[0], replace(replica.records[1], pieces=wrong)]
    )
    rewrite(folder, chunk_list, replica.tail, signed_head(600, replica.head.root, chunk_list))
    assert "other v2 piece hashes" in problem_of(verify, folder)


@pytest.mark.attack("A09")
@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"de1", "bytes after the value"),
        (b"d1:c" + b"l" * 20 + b"e" * 20 + b"e", "nested too deep"),
        (b"d1:c9:xe", "goes beyond the end"),
        (b"d1:c1:x1:ee", "a key without a value"),
        (b"di1ei1ee", "a key that is not bytes"),
        (b"d1:e1:x1:c1:xe", "keys not in order"),
        (b"d1:c1:x1:c1:xe", "keys not in order"),
        (b"d1:c02:xxe", "no bencode"),
        (b"d1:ci-0ee", "no bencode"),
        (b"d1:c", "no bencode"),
        (b"le", "is not a dict"),
        (b"d1:c1:x1:eli1ee1:h0:e", "an entry is not bytes"),
    ],
)
def test_a_frame_that_is_no_canonical_bencode_is_found(
    folder: Path, verify: Verify, payload: bytes, says: str
) -> None:
    (folder / "journal").write_bytes(framed(pack_frame(payload)))
    assert says in problem_of(verify, folder)


@pytest.mark.attack("A10")
@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"d1:c1:x1:ele1:h0:e", "does not decompress"),
        (pack_frame(b"d1:c1:x1:ele1:h0:e") * 2, "does not decompress"),
        (pack_frame(bytes(8 * 2**20 + 1)), "declares 8388609 bytes"),
        (b"\x28\xb5\x2f\xfd\x00\x58\1\0\0", "declares -1 bytes"),
    ],
    ids=["not compressed", "two frames", "too much", "without its size"],
)
def test_a_base_that_is_not_one_frame_is_found(
    folder: Path, verify: Verify, payload: bytes, says: str
) -> None:
    (folder / "journal").write_bytes(framed(payload))
    assert f"journal: its base {says}" in problem_of(verify, folder)


@pytest.mark.attack("A12")
def test_parts_that_do_not_belong_together_are_found(folder: Path, verify: Verify) -> None:
    (replica,) = FileLogs(folder.parent).read_all()
    listed, tail, signed = replica.chunk_list, replica.tail, replica.signed_head
    root = replica.head.root
    cases = [
        (listed, [*tail[:-1], post(599, "x")], signed, "lead to another root"),
        (listed, tail[:-1], signed, "tail: 87 entries, not 88"),
        (listed, [*tail[:-1], tail[-1] + b"x"], signed, "bytes after an entry"),
        (b"le", tail, signed, "chunk list: not the head's"),
        (b"le", tail, signed_head(600, root, b"le"), "0 records, not 2"),
        (listed, tail, signed_head(600, root, listed, OTHER_KEY), "does not verify"),
        (listed, tail, signed_head(600, bytes(32), listed), "lead to another root"),
        (listed, tail, signed.replace(b"\n600\n", b"\n0600\n"), "form of a head"),
        (b"le", [], signed_head(0, reference.mth([]), b"le"), "empty feed"),
    ]
    for chunk_list, entries, head, says in cases:
        rewrite(folder, chunk_list, entries, head)
        assert says in problem_of(verify, folder)


@pytest.mark.attack("A10")
def test_a_chunk_list_beyond_its_bounds_is_found(folder: Path, verify: Verify) -> None:
    (replica,) = FileLogs(folder.parent).read_all()
    one = replica.records[0]
    huge = Pieces(2_134_674, one.pieces.v1 * 3, one.pieces.v2 * 3)
    cases = [
        (encode_chunk_list([replace(one, pieces=huge), one]), "chunk record: 2134674 bytes"),
        (b"2:xx", "not a list"),
        (b"d1:ai1e1:bi1ee", "not a list"),
        (b"l" + b"0:" * 600_000 + b"e", "chunk list: too long"),
    ]
    for chunk_list, says in cases:
        signed = signed_head(600, replica.head.root, chunk_list)
        rewrite(folder, chunk_list, replica.tail, signed)
        assert says in problem_of(verify, folder)
    (folder / "journal").write_bytes(bytes(8 * 2**20 + 1))
    assert problem_of(verify, folder) == "journal: too long"


def test_a_chunk_of_too_few_frames_is_found(verify: Verify) -> None:
    import _feed_format

    with pytest.raises(_feed_format.Invalid, match="it has 1 frames, not 16"):
        list(_feed_format.chunk_entries(frame_of(posts(0, 256)), 1))


def test_a_journal_that_starts_with_an_append_is_found(folder: Path, verify: Verify) -> None:
    frame = append_frame([FIRST], signed_head(1, bytes(32), b"le"))
    (folder / "journal").write_bytes(frame)
    assert "journal: its base does not decompress" in problem_of(verify, folder)
    (folder / "journal").write_bytes(framed(pack_frame(frame[12:])))
    assert "journal base has no 'c'" in problem_of(verify, folder)
    (folder / "journal").unlink()
    assert "there is none" in problem_of(verify, folder)


def test_a_folder_of_another_name_is_found(folder: Path, verify: Verify) -> None:
    other = folder.parent / format_address(FeedId(OTHER_KEY.public))
    shutil.copytree(folder, other)
    assert "about another feed" in problem_of(verify, other)
    wrong = folder.parent / ("a" + FOLDER_NAME[1:-1] + "a")
    shutil.copytree(folder, wrong)
    assert "wrong checksum" in problem_of(verify, wrong)
