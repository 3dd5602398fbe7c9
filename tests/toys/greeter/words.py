"""What greeters say to each other."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct
from swarmfeed.core.base.marks import At, UpTo

GREETER_ROLE: Final = "greeter"
"""Role of a node that greets, as its hello says."""

TEXT_CHARS_MAX: Final = 200
"""Longest greeting."""


class Greeting(Struct, frozen=True):
    """Nice to meet you."""

    name: ClassVar[str] = "greeting"
    text: Annotated[str, At("t"), UpTo(TEXT_CHARS_MAX)]
    """What is said."""


WORDS: Final = (Greeting,)
