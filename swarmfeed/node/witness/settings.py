"""Whether a node witnesses for whoever asks by HTTP, as told at its start."""

from dataclasses import dataclass
from typing import Annotated

from swarmfeed.core.base.types import Endpoint
from swarmfeed.node.ground.settings import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessSettings:
    """Choices of one start."""

    witness: Annotated[
        tuple[Endpoint, ...],
        Setting(
            "--witness",
            "Where to cosign the heads of feeds for whoever asks by HTTP, as"
            " c2sp.org/tlog-witness says: POST /add-checkpoint; may be given several times.",
            stays=True,
        ),
    ] = ()
