"""How much a node gives for the history of others, as told at its start."""

from dataclasses import dataclass
from typing import Annotated, Final

from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import Setting, Size

FREE_BYTES_MIN: Final = 1000**3
"""Free disk that a history server leaves alone unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """Choices of one start; without ``serve`` counts what was chosen on the page, if any.

    Raises:
        UserError: Said for whom history is held, but not that it is.
    """

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

    serve: Annotated[
        bool,
        Setting(
            "--history",
            "Hold other people's history: --disk is what you give for it.",
            stays=True,
            restart=False,
        ),
    ] = False

    scope: Annotated[
        str | None,
        Setting(
            "--friends",
            "With --history: only for those you follow.",
            value="friends",
            stays=True,
            restart=False,
        ),
        Setting(
            "--community",
            "With --history: also for those they follow; so if nothing is said.",
            value="community",
            stays=True,
            restart=False,
        ),
        Setting(
            "--open",
            "With --history: also for anybody who asks.",
            value="open",
            stays=True,
            restart=False,
        ),
    ] = None
    """None is ``community``."""

    free_bytes_min: Annotated[
        Size,
        Setting(
            "--keep-free",
            "With --history: free disk that is left alone; 1 GB if left out.",
            stays=True,
            restart=False,
        ),
    ] = FREE_BYTES_MIN

    def __post_init__(self) -> None:
        if self.scope is not None and not self.serve:
            raise UserError(f"--{self.scope} says for whom history is held: add --history")

    def choice(self, disk_bytes: int) -> HistoryChoice | None:
        """Return what is given of so much disk; None when nothing was said."""
        if not self.serve:
            return None
        return HistoryChoice(
            scope=self.scope or "community",
            disk_bytes=disk_bytes,
            free_bytes_min=self.free_bytes_min,
        )
