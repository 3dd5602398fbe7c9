"""Whether this device takes letters, as told at its start."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.node.ground.settings import Setting


class LetterSettings(Struct, frozen=True, kw_only=True):
    """Choices of one start."""

    letters: Annotated[
        bool,
        Setting(
            "--messages/--no-messages",
            "Publish keys by which others can seal messages to this device; on if left out."
            " Without, keys are published once you write to somebody.",
            stays=True,
            restart=True,
        ),
    ] = True
