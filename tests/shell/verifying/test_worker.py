"""What a hashing process answers, and how it ends."""

import subprocess
import sys
from io import BytesIO

import pytest
from swarmfeed.core.feed.chunk import hash_frame, unpack_frame
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.shell.pipes import part, read_part
from swarmfeed.shell.verifying.worker import answer

from tests.core.samples import frame_of, posts

FRAMES = [frame_of(posts(at, at + 256)) for at in (0, 256)]
ROOTS = [root_hash(hash_frame(unpack_frame(each))) for each in FRAMES]


def test_frames_are_answered_with_their_roots() -> None:
    assert answer(b"".join(FRAMES)) == b"+" + part(b"".join(ROOTS))
    assert answer(FRAMES[1]) == b"+" + part(ROOTS[1])


def test_what_is_no_frame_is_answered_with_a_reason() -> None:
    assert answer(FRAMES[0] + b"junk") == b"-" + part(
        f"no zstd frame at byte {len(FRAMES[0])}".encode()
    )
    assert answer(frame_of(posts(0, 3))) == b"-" + part(b"frame has 3 entries")


def test_parts_are_read_whole_or_not_at_all() -> None:
    sent = part(b"one") + part(b"") + part(b"two")
    stream = BytesIO(sent)
    assert [read_part(stream) for _ in range(4)] == [b"one", b"", b"two", None]
    for cut in (1, 3, 6):
        assert read_part(BytesIO(sent[:cut])) is None


@pytest.mark.slow
def test_the_process_answers_in_order_and_ends_with_its_questions() -> None:
    questions = part(FRAMES[0]) + part(b"junk") + part(FRAMES[1]) + part(FRAMES[0])[:-1]
    done = subprocess.run(
        [sys.executable, "-m", "swarmfeed.shell.verifying.worker"],
        input=questions,
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"!" + answer(FRAMES[0]) + answer(b"junk") + answer(FRAMES[1])
    assert done.stderr == b""
