"""How much a node gives for the history of others, as told at its start."""

from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.node.ground.settings import Setting, Size

FREE_BYTES_MIN: Final = 1000**3
"""Free disk that a history server leaves alone unless told otherwise."""


class HistorySettings(Struct, frozen=True, kw_only=True):
    """Choices of one start; without ``scope`` counts what was chosen on the page, if any."""

    speed: Annotated[
        float,
        Setting(
            "--history-speed",
            "How many times as fast the policy of history servers runs.",
            within=(1, 100_000),
            hidden=True,
        ),
    ] = 1.0
    """For tests (ADR 13)."""

    scope: Annotated[
        str | None,
        Setting(
            "--history",
            "Hold other people's history, of those you follow (friends), also of whom they"
            " follow (community, if you say nothing), or of anybody who asks (open); --disk"
            " is what you give for it.",
            choices=("friends", "community", "open"),
            alone="community",
            stays=True,
            restart=False,
            kept=False,
        ),
    ] = None
    """For whom; None: for nobody."""

    free_bytes_min: Annotated[
        Size,
        Setting(
            "--keep-free",
            "With --history: free disk that is left alone; 1 GB if left out.",
            stays=True,
            restart=False,
            kept=False,
        ),
    ] = FREE_BYTES_MIN

    def choice(self, disk_bytes: int) -> HistoryChoice | None:
        """Return what is given of so much disk; None when nothing was said."""
        if self.scope is None:
            return None
        return HistoryChoice(
            scope=self.scope,
            disk_bytes=disk_bytes,
            free_bytes_min=self.free_bytes_min,
        )
