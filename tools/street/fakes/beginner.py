"""A first start that stands where somebody says, for who looks at its screens."""

from typing import Final

from webui.begin import Beginner, Paper, SoFar, Stage

WORDS: Final = (
    "acorn basket candle desert eagle fabric galaxy harbor island jacket kitchen ladder"
    " magnet narrow object palace quality ribbon saddle tackle uncle vacant wagon yellow"
)
SHEET: Final = Paper(
    words=tuple(WORDS.split()),
    asked=(3, 8, 15, 24),
    link="swarmfeed:sfqy76iq6tuyrk5masrjcxg32ixgkswxv2yh44fbaaj3t6x3w45ku3ic",
    is_second=False,
)
START: Final = (
    (SoFar(stage=Stage.NEW), ("", "/how", "/name", "/restore", "/device")),
    (SoFar(stage=Stage.SHEETS, sheet=SHEET), ("/words", "/practice")),
    (SoFar(stage=Stage.CLOSED), ("/unlock",)),
)
"""Where a start may be, and its screens there."""


class StandingStart(Beginner):
    """Implements ``webui.begin.Beginner`` for looking at; nothing goes on by itself."""

    now = START[0][0]

    def so_far(self) -> SoFar:
        return self.now
