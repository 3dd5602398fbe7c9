"""What greeters say to each other."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from swarmfeed.core.base.marks import At, UpTo

GREETER_ROLE: Final = "greeter"
"""Role of a node that greets, as its hello says."""

TEXT_CHARS_MAX: Final = 200
"""Longest greeting."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """Nice to meet you."""

    name: ClassVar[str] = "greeting"
    text: Annotated[str, At("t"), UpTo(TEXT_CHARS_MAX)]
    """What is said."""


WORDS: Final = (Greeting,)
