"""A process that verifies: ``python -m swarmfeed.shell.verifying.worker``.

    ready    = "!", once it has loaded what it needs
    question = "f" || length (4, big-endian) || frames, one after the other
             | "o" || length (4) || marshal of a list of first offers
    answer   = "+" || length (4) || root of each frame, 32 bytes each
             | "+" || length (4) || marshal of a list: of each what it says, or None
             | "-" || length (4) || why they are no frames, UTF-8

Both are of the same Python, so ``marshal`` is as safe as memory.  It ends with its standard
input, so it never outlives who asks.
"""

import marshal
import sys
from contextlib import suppress
from typing import Any, Final

from swarmfeed.core.feed.chunk import frame_ranges, frame_roots
from swarmfeed.core.feed.first_offer import FirstOffer, open_first, plain_of
from swarmfeed.errors import BadEncodingError, RemoteError
from swarmfeed.shell.pipes import part, read_part, write_all

READY: Final = b"!"
FRAMES: Final = b"f"
OFFERS: Final = b"o"
ANSWERED: Final = b"+"
REFUSED: Final = b"-"


def main() -> None:
    """Answer until the questions end."""
    # Unbuffered: nothing is left to flush, and to fail, when who asked is gone.
    with (
        suppress(BrokenPipeError),
        open(0, "rb") as questions,
        open(1, "wb", buffering=0) as answers,
    ):
        answers.write(READY)
        while kind := questions.read(1):
            if (content := read_part(questions)) is None:
                break
            write_all(answers, answer(kind, content))


def answer(kind: bytes, content: bytes) -> bytes:
    """Return the answer to a question."""
    if kind == OFFERS:
        offers = marshal.loads(content)  # noqa: S302  # of our own
        return ANSWERED + part(marshal.dumps([_say(FirstOffer(*each)) for each in offers]))
    try:
        roots = frame_roots(content, frame_ranges(content))
    except BadEncodingError as error:
        return REFUSED + part(str(error).encode())
    return ANSWERED + part(b"".join(roots))


def _say(offer: FirstOffer) -> Any:
    """What an offer says; None where it is false."""
    try:
        return plain_of(open_first(offer), offer)
    except RemoteError:
        return None


if __name__ == "__main__":
    assert sys.argv[1:] == [], "it is asked through its standard input"
    main()
