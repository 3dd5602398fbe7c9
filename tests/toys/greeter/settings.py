"""How a greeter greets, as told at its start."""

from dataclasses import dataclass
from typing import Annotated

from swarmfeed.node.ground.settings import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class GreeterSettings:
    """Choices of one start."""

    greeting: Annotated[str, Setting("--greeting", "What is said to whom one meets.")] = (
        "Good day."
    )
