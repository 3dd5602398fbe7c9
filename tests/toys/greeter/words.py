"""What greeters say to each other."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from swarmfeed.core.base.marks import At, UpTo

TEXT_BYTES_MAX: Final = 200
"""Longest greeting, in UTF-8."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """Nice to meet you."""

    name: ClassVar[str] = "greeting"
    text: Annotated[str, At("t"), UpTo(TEXT_BYTES_MAX)]
    """What is said."""


WORDS: Final = (Greeting,)
