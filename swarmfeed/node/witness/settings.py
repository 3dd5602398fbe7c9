"""Whether a node witnesses for whoever asks by HTTP, as told at its start."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.witness import sentences
from swarmfeed.core.witness.limits import OUTSIDE_WITNESSES_MAX
from swarmfeed.core.witness.outside import OutsideWitness, read_outside_witness
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import Setting


class WitnessSettings(Struct, frozen=True, kw_only=True):
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

    witness_url: Annotated[
        tuple[str, ...],
        Setting(
            "--witness-url",
            "Have a witness on the web see each of your posts, and say that there is nothing"
            " newer: https://HOST/PATH#KEY, where it speaks c2sp.org/tlog-witness. It learns"
            " your feed's address, how much you write and when. May be given several times.",
            metavar="URL",
            stays=True,
            restart=True,
        ),
    ] = ()

    def __post_init__(self) -> None:
        if len(self.witness_url) > OUTSIDE_WITNESSES_MAX:
            raise UserError(sentences.MANY_WITNESS_URLS(most=OUTSIDE_WITNESSES_MAX))
        self.outside()

    def outside(self) -> tuple[OutsideWitness, ...]:
        """Witnesses on the web that are asked.  UserError: one is badly written."""
        return tuple(map(read_outside_witness, self.witness_url))
