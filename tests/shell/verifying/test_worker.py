"""What a verifying process answers, and how it ends."""

import marshal
import subprocess
import sys
from io import BytesIO

import pytest
from swarmfeed.core.feed.chunk import hash_frame, unpack_frame
from swarmfeed.core.feed.first_offer import open_first, plain_of
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.shell.pipes import part, read_part
from swarmfeed.shell.verifying.worker import FRAMES as FRAMES_ARE
from swarmfeed.shell.verifying.worker import OFFERS, answer

from tests.core.samples import frame_of, posts
from tests.node.rig import Scribe

FRAMES = [frame_of(posts(at, at + 256)) for at in (0, 256)]
ROOTS = [root_hash(hash_frame(unpack_frame(each))) for each in FRAMES]

OFFER = Scribe(1).offer().as_first
FALSE = OFFER._replace(tail=())


def test_frames_are_answered_with_their_roots() -> None:
    assert answer(FRAMES_ARE, b"".join(FRAMES)) == b"+" + part(b"".join(ROOTS))
    assert answer(FRAMES_ARE, FRAMES[1]) == b"+" + part(ROOTS[1])


def test_what_is_no_frame_is_answered_with_a_reason() -> None:
    assert answer(FRAMES_ARE, FRAMES[0] + b"junk") == b"-" + part(
        f"no zstd frame at byte {len(FRAMES[0])}".encode()
    )
    assert answer(FRAMES_ARE, frame_of(posts(0, 3))) == b"-" + part(b"frame has 3 entries")


def test_offers_are_answered_with_what_they_say_and_false_ones_with_nothing() -> None:
    said = answer(OFFERS, marshal.dumps([tuple(OFFER), tuple(FALSE)]))
    plain = read_part(BytesIO(said[1:]))
    assert said[:1] == b"+" and plain is not None
    assert marshal.loads(plain) == [plain_of(open_first(OFFER), OFFER), None]


def test_parts_are_read_whole_or_not_at_all() -> None:
    sent = part(b"one") + part(b"") + part(b"two")
    stream = BytesIO(sent)
    assert [read_part(stream) for _ in range(4)] == [b"one", b"", b"two", None]
    for cut in (1, 3, 6):
        assert read_part(BytesIO(sent[:cut])) is None


@pytest.mark.slow
def test_the_process_answers_in_order_and_ends_with_its_questions() -> None:
    asked = [
        (FRAMES_ARE, FRAMES[0]),
        (FRAMES_ARE, b"junk"),
        (OFFERS, marshal.dumps([tuple(OFFER), tuple(FALSE)])),
        (FRAMES_ARE, FRAMES[1]),
    ]
    questions = b"".join(kind + part(content) for kind, content in asked)
    questions += FRAMES_ARE + part(FRAMES[0])[:-1]
    done = subprocess.run(
        [sys.executable, "-m", "swarmfeed.shell.verifying.worker"],
        input=questions,
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"!" + b"".join(answer(*each) for each in asked)
    assert done.stderr == b""
