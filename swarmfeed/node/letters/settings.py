"""Whether this device takes letters, as told at its start."""

from dataclasses import dataclass
from typing import Annotated

from swarmfeed.node.ground.settings import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSettings:
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
