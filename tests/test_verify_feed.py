"""tools/verify_feed.py, a second implementation, against folders that the real code wrote."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from street.authors import author_of, moved
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import DISK_FLOOR_BYTES
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.certificate import sign_join, sign_keep, sign_leave, sign_rotate
from swarmfeed.core.feed.chunklist import encode_chunk_list, hash_chunk_list, make_record
from swarmfeed.core.feed.entry import decode_entry, encode_entry, encode_withdrawn
from swarmfeed.core.feed.head import Head, sign_head
from swarmfeed.core.feed.kinds import FeedBody, WithdrawBody, encode_body
from swarmfeed.core.feed.metainfo import Pieces, chunk_torrent
from swarmfeed.core.feed.replica import Replica
from swarmfeed.shell.disk.journal import base_frame
from swarmfeed.shell.disk.logs import FileLogs

from tests.core import reference
from tests.core.samples import FEED, KEY, OTHER_KEY, chunk_of, frame_of, posts

TOOL = Path(__file__).parent.parent / "tools" / "verify_feed.py"
ANNA = author_of(b"a" * 32)
AUTHOR = format_author(ANNA.author_id)
NOW_MS = 1_700_000_000_000
JOIN = sign_join(ANNA, KEY, from_ms=NOW_MS)
FIRST = encode_entry("feed", NOW_MS, encode_body(FeedBody(JOIN, "laptop")))
FOLDER_NAME = format_address(FEED)
CHUNK_0, CHUNK_1 = "aoqqpp7tzyil4hlq-0-0.zst", "aoqqpp7tzyil4hlq-0-1.zst"

Verify = Callable[..., dict[str, Any]]


def build(home: Path, batches: Sequence[Sequence[bytes]]) -> Path:
    """Write a feed with the real code and return its folder."""
    assert shutil.disk_usage(home).free > DISK_FLOOR_BYTES
    logs = FileLogs(home / "feeds")
    for number, batch in enumerate(batches):
        logs.append(FEED, batch, now_ms=NOW_MS + number, sign=KEY.sign)
    logs.replace_certificates(FEED, [JOIN])
    return home / "feeds" / FOLDER_NAME


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A feed of 600 entries: two chunks, a tail of 88 in three frames."""
    return build(tmp_path, [[FIRST, *posts(1, 590)], posts(590, 599), posts(599, 600)])


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Verify:
    """Run the tool inside this process, which saves its start-up."""
    monkeypatch.syspath_prepend(str(TOOL.parent))
    import verify_feed

    def run(folder: Path, *options: str) -> dict[str, Any]:
        code = verify_feed.main([str(folder), "--json", *options])
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert code == result["exit_code"]
        return result

    return run


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def problem_of(verify: Verify, folder: Path, *options: str) -> str:
    """Return the one problem of a folder that is not valid."""
    result = verify(folder, *options)
    assert result["exit_code"] == 1
    (problem,) = result["problems"]
    assert isinstance(problem, str)
    return problem


def rewrite(folder: Path, chunk_list: bytes, tail: Sequence[bytes], signed: bytes) -> None:
    (folder / "journal").write_bytes(base_frame(chunk_list, tail, signed))


def signed_head(size: int, root: bytes, chunk_list: bytes, key: SigningKey = KEY) -> bytes:
    head = Head(
        feed_id=FEED,
        size=size,
        root=Hash(root),
        time_ms=NOW_MS,
        chunks_hash=hash_chunk_list(chunk_list),
    )
    return sign_head(head, key.sign)


# --- the program ---


def run_tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
def test_people_get_a_summary_and_scripts_an_exit_code(folder: Path, tmp_path: Path) -> None:
    done = run_tool(str(folder), "--author", AUTHOR)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == f"feed       {FOLDER_NAME}"
    assert done.stdout.splitlines()[-1] == "result     valid"
    (folder / "chunks" / CHUNK_0).unlink()
    done = run_tool(str(folder))
    assert done.returncode == 3
    assert f"missing    {CHUNK_0}" in done.stdout
    flip(folder / "journal", 20)
    done = run_tool(str(folder))
    assert done.returncode == 1
    assert "PROBLEM    journal" in done.stdout
    assert run_tool(str(tmp_path / "nothing")).returncode == 1


@pytest.mark.slow
def test_it_imports_nothing_of_the_program(folder: Path) -> None:
    """In isolated mode neither the checkout nor the current folder can be imported from."""
    code = (
        "import runpy, sys; sys.argv = sys.argv[1:]\n"
        "sys.path.insert(0, sys.argv[1]); del sys.argv[1]\n"
        "try:\n    runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "finally:\n    print([m for m in sys.modules if m.startswith('swarmfeed')])\n"
    )
    command = [sys.executable, "-I", "-c", code, str(TOOL), str(TOOL.parent), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "result     valid" in done.stdout


def test_a_feed_with_a_merged_chunk_is_valid(tmp_path: Path, verify: Verify) -> None:
    folder = build(tmp_path, [[FIRST, *posts(1, 4000)], posts(4000, 4100), posts(4100, 4500)])
    result = verify(folder)
    assert (result["exit_code"], result["size"], result["tail_entries"]) == (0, 4500, 148)
    assert set(result["torrents"]) == {
        "aoqqpp7tzyil4hlq-1-0.zst",
        "aoqqpp7tzyil4hlq-0-16.zst",
    }
    (note,) = result["notes"]
    assert note.startswith("15 in chunks/ that the chunk list does not name")


# --- valid folders ---


def test_what_the_real_code_wrote_is_valid(folder: Path, verify: Verify) -> None:
    result = verify(folder, "--author", AUTHOR)
    assert (result["exit_code"], result["problems"], result["missing"]) == (0, [], [])
    assert (result["feed"], result["author"]) == (FOLDER_NAME, AUTHOR)
    assert (result["size"], result["tail_entries"], result["withdrawn_entries"]) == (600, 88, 0)
    (replica,) = FileLogs(folder.parent).read_all()
    assert result["root"] == replica.head.root.hex()
    torrents = [chunk_torrent(FEED, *item) for item in pieces_of(replica)]
    assert result["torrents"] == {each.name: each.info_hash.hex() for each in torrents}


def pieces_of(replica: Replica) -> list[tuple[ChunkSpan, Pieces]]:
    return [(span, record.pieces) for span, record in replica.chunks().items()]


@pytest.mark.parametrize("size", [1, 255, 256, 257])
def test_feeds_of_few_entries_are_valid(tmp_path: Path, verify: Verify, size: int) -> None:
    result = verify(build(tmp_path, [[FIRST, *posts(1, size)]]))
    assert (result["exit_code"], result["author"], result["size"]) == (0, AUTHOR, size)


@pytest.mark.parametrize("names", [[CHUNK_0], [CHUNK_1], [CHUNK_0, CHUNK_1]])
def test_missing_chunks_are_named(folder: Path, verify: Verify, names: list[str]) -> None:
    for name in names:
        (folder / "chunks" / name).unlink()
    result = verify(folder)
    assert (result["exit_code"], result["missing"], result["problems"]) == (3, names, [])
    (folder / "certificates").unlink()
    assert verify(folder)["author"] == ("" if CHUNK_0 in names else AUTHOR)


def test_a_torn_last_frame_is_passed_over(folder: Path, verify: Verify) -> None:
    journal = folder / "journal"
    journal.write_bytes(journal.read_bytes()[:-1])
    result = verify(folder)
    assert (result["exit_code"], result["size"]) == (0, 599)
    assert any("torn" in note for note in result["notes"])


def test_chunks_on_their_way_are_ignored(folder: Path, verify: Verify) -> None:
    (folder / "incoming" / CHUNK_0).write_bytes(b"garbage")
    assert verify(folder)["exit_code"] == 0


def test_withdrawn_bodies_are_counted(folder: Path, verify: Verify) -> None:
    stored = [FIRST, *posts(1, 600)]
    entry = decode_entry(stored[300])
    stored[300] = encode_withdrawn(entry.kind, entry.time_ms, entry.body_hash)
    parts = [chunk_of(stored[:256]), (frame_of(stored[256:512]), chunk_of(posts(256, 512))[1])]
    chunk_list = encode_chunk_list([make_record(*part) for part in parts])
    (replica,) = FileLogs(folder.parent).read_all()
    (folder / "chunks" / CHUNK_1).write_bytes(parts[1][0])
    rewrite(folder, chunk_list, stored[512:], signed_head(600, replica.head.root, chunk_list))
    result = verify(folder)
    assert (result["exit_code"], result["withdrawn_entries"]) == (0, 1)


def test_a_feed_that_was_kept_with_the_second_sheet_is_the_author_s(
    folder: Path, verify: Verify
) -> None:
    second = moved(ANNA)
    rotate, keep = sign_rotate(second, ANNA.key), sign_keep(second, JOIN, from_ms=2, end=70)
    empty = sign_leave(ANNA, FEED, size=0, from_ms=1)
    (folder / "certificates").write_bytes(encode([rotate, empty, keep]))
    result = verify(folder, "--author", AUTHOR)
    assert (result["exit_code"], result["author"]) == (0, AUTHOR)
    assert result["notes"] == ["entries from 70 on are not the author's"]
    rival = sign_rotate(replace(second, next_key_hash=Hash(bytes(32))), ANNA.key)
    other = sign_join(second, OTHER_KEY, from_ms=3)
    (folder / "certificates").write_bytes(encode([rotate, other, rival]))
    assert verify(folder)["notes"] == [
        "an author key signed for two successors",
        "the author does not count this feed any more",
    ]


def test_entries_after_a_leave_are_noted(folder: Path, verify: Verify) -> None:
    leave = sign_leave(ANNA, FEED, size=500, from_ms=NOW_MS)
    (folder / "certificates").write_bytes(encode([JOIN, leave]))
    result = verify(folder)
    assert result["exit_code"] == 0
    assert "entries from 500 on are not the author's" in result["notes"]


# --- whose it is ---


@pytest.mark.attack("A12")
def test_a_feed_of_another_author_is_found(folder: Path, verify: Verify) -> None:
    other = format_author(author_of(b"b" * 32).author_id)
    assert problem_of(verify, folder, "--author", other).startswith("no certificate says that")
    assert "not an address" in problem_of(verify, folder, "--author", "me")


@pytest.mark.attack("A12")
@pytest.mark.parametrize(
    ("certificates", "says"),
    [
        (encode([JOIN[:-1] + bytes([JOIN[-1] ^ 1])]), "does not verify"),
        (encode([b"x" + JOIN]), "another version"),
        (encode({"a": 1}), "not a list"),
        (b"garbage", "no bencode"),
    ],
)
def test_a_false_certificate_is_found(
    folder: Path, verify: Verify, certificates: bytes, says: str
) -> None:
    (folder / "certificates").write_bytes(certificates)
    assert says in problem_of(verify, folder)


def test_a_feed_that_is_nobody_s_is_found(tmp_path: Path, verify: Verify) -> None:
    other = sign_join(ANNA, OTHER_KEY, from_ms=NOW_MS)
    first = encode_entry("feed", NOW_MS, encode_body(FeedBody(other, "laptop")))
    folder = build(tmp_path, [[first]])
    (folder / "certificates").unlink()
    assert problem_of(verify, folder) == "no certificate says whose feed this is"


def test_a_feed_that_starts_with_a_post_is_found(tmp_path: Path, verify: Verify) -> None:
    assert problem_of(verify, build(tmp_path, [posts(0, 3)])) == "entry 0 is of kind 'post'"


# --- forks ---


@pytest.mark.slow
@pytest.mark.attack("A15")
def test_a_kept_fork_is_shown_and_a_false_one_is_found(folder: Path, verify: Verify) -> None:
    hashes = [reference.leaf_hash(b"%d" % number) for number in range(8)]
    other = [*hashes[:4], bytes(32)]
    heads = [
        signed_head(5, reference.mth(other), b"le"),
        signed_head(8, reference.mth(hashes), b"le"),
        signed_head(8, bytes(32), b"le"),
        signed_head(5, reference.mth(hashes[:5]), b"le"),
    ]
    proof = [Hash(item) for item in reference.proof(5, hashes)]
    fork = "fork: the author signed two histories"
    cases: list[tuple[int, int, list[Hash], str]] = [
        (0, 1, proof, fork),
        (1, 2, [], fork),
        (3, 1, proof, "do not contradict"),
        (1, 1, [], "do not contradict"),
        (1, 2, proof, "do not contradict"),
        (0, 1, proof[:-1], "too short"),
        (0, 1, [*proof, proof[0]], "too long"),
        (1, 0, proof, "no consistency proof"),
    ]
    for first, second, hashes_of_proof, says in cases:
        content = encode({"a": heads[first], "b": heads[second], "p": hashes_of_proof})
        (folder / "fork").write_bytes(content)
        assert says in problem_of(verify, folder)


@pytest.mark.slow
def test_a_feed_is_valid_after_its_author_took_words_back(
    tmp_path: Path, verify: Verify
) -> None:
    folder = build(tmp_path, [[FIRST, *posts(1, 590)], posts(590, 600)])
    before = verify(folder)
    logs = FileLogs(tmp_path / "feeds")
    logs.read_all()
    gone = [7, 300, 595]
    taken_back = [
        encode_entry("withdraw", NOW_MS, encode_body(WithdrawBody(each))) for each in gone
    ]
    logs.append(FEED, taken_back, now_ms=NOW_MS + 9, sign=KEY.sign, going=gone[:2])
    after = verify(folder)
    assert (after["exit_code"], after["problems"]) == (0, [])
    assert (before["withdrawn_entries"], after["withdrawn_entries"]) == (0, 3)
    assert after["size"] == before["size"] + 3


def arrived(home: Path) -> tuple[Path, list[str]]:
    """Write three small feeds as they come in one message; returns the file and their names."""
    found = []
    for number in range(3):
        key = SigningKey(bytes([8, number]) + bytes(30))
        first = encode_entry("feed", NOW_MS, encode_body(FeedBody(join_of(key), "laptop")))
        logs = FileLogs(home / f"author{number}" / "feeds")
        replica = logs.append(
            FeedId(key.public), [first, *posts(1, 20)], now_ms=NOW_MS, sign=key.sign
        )
        found.append((replica, [join_of(key)]))
    FileLogs(home / "feeds").write_new(found)
    return home / "feeds" / "arrived-0", [format_address(each.feed_id) for each, _ in found]


def join_of(key: SigningKey) -> bytes:
    return sign_join(ANNA, key, from_ms=NOW_MS)


@pytest.mark.slow
def test_feeds_that_came_together(tmp_path: Path, verify: Verify) -> None:
    path, names = arrived(tmp_path)
    for name in names:
        report = verify(path.parent / name, "--author", AUTHOR)
        assert (report["exit_code"], report["size"]) == (0, 20), report
    content = path.read_bytes()
    path.write_bytes(content[:20] + b"?" + content[21:])
    assert verify(path.parent / names[2])["exit_code"] == 0, "the second index says it, too"
    path.write_bytes(content[:-6] + b"??" + content[-4:])
    assert verify(path.parent / names[0])["exit_code"] == 0
    at = len(content) // 2
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert sorted(verify(path.parent / name)["exit_code"] for name in names) == [0, 0, 1]
