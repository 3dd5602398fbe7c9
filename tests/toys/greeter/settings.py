"""How a greeter greets, as told at its start."""

from typing import Annotated

from msgspec import Struct
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import Setting

from tests.toys.greeter import sentences
from tests.toys.greeter.words import TEXT_CHARS_MAX


class GreeterSettings(Struct, frozen=True, kw_only=True):
    """Choices of one start.

    Raises:
        UserError: Peers would take the greeting for none.
    """

    greeting: Annotated[str, Setting("--greeting", "What is said to whom one meets.")] = (
        "Good day."
    )

    def __post_init__(self) -> None:
        check_text(self.greeting)


def check_text(text: str) -> None:
    """Raise UserError when a text is no greeting."""
    if not 0 < len(text) <= TEXT_CHARS_MAX:
        raise UserError(sentences.TOO_LONG(most=TEXT_CHARS_MAX))
