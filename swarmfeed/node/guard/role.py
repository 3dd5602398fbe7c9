"""The guard: sees to it that a person hears of what others do in their name."""

from collections.abc import Sequence
from typing import Final

from swarmfeed.core.asks.alarms import ThatWasMe, WhatIsAlarming
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.desk import in_loop
from swarmfeed.node.ground.events import (
    CertificatesGrew,
    CertificatesSigned,
    CertificatesTold,
    Forked,
    HeadGrew,
    PrivateChanged,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows
from swarmfeed.node.guard.guard import PAGE, Guard
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

WATCH_EVERY_S: Final = 20
"""An alarm is told within a minute of meeting a theft."""


def guard_role(ground: Ground, _feeds: Feeds) -> Role:
    """Make the role of one node."""
    guard = Guard(ground)

    def jobs() -> Sequence[Job]:
        return (Job(name="guard", run=guard.watch, every_s=WATCH_EVERY_S),)

    return Role(
        name="guard",
        parts=guard,
        answers=(in_loop(WhatIsAlarming, guard.alarms), in_loop(ThatWasMe, guard.that_was_me)),
        listens=(
            listens(CertificatesSigned, guard.on_signed),
            listens(CertificatesGrew, guard.on_certificates),
            listens(CertificatesTold, guard.on_told),
            listens(HeadGrew, guard.on_head),
            listens(Forked, guard.on_fork),
            listens(PrivateChanged, guard.on_private),
        ),
        jobs=jobs,
        rows=(Rows(page=PAGE, load=guard.load, take_changes=guard.take_changes),),
        start=guard.start,
    )
