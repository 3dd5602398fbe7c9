"""A process that hashes frames: ``python -m swarmfeed.shell.verifying.worker``.

    ready    = "!", once it has loaded what it needs
    question = length (4, big-endian) || frames, one after the other
    answer   = "+" || length (4) || root of each frame, 32 bytes each
             | "-" || length (4) || why they are none, UTF-8

It ends with its standard input, so it never outlives who asks.
"""

import sys
from contextlib import suppress
from typing import Final

from swarmfeed.core.feed.chunk import frame_ranges, frame_roots
from swarmfeed.errors import BadEncodingError
from swarmfeed.shell.pipes import part, read_part

READY: Final = b"!"
ROOTS: Final = b"+"
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
        while (frames := read_part(questions)) is not None:
            answers.write(answer(frames))


def answer(frames: bytes) -> bytes:
    """Return the answer to some frames."""
    try:
        roots = frame_roots(frames, frame_ranges(frames))
    except BadEncodingError as error:
        return REFUSED + part(str(error).encode())
    return ROOTS + part(b"".join(roots))


if __name__ == "__main__":
    assert sys.argv[1:] == [], "it is asked through its standard input"
    main()
