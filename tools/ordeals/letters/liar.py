"""A node that lies about the letters it keeps for others: it loses, repeats and reorders them.

It is run as ``python -m tools.ordeals.letters.liar``: swarmfeed in all else.
"""

import random
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Final

from msgspec.structs import replace
from swarmfeed import serving, wiring
from swarmfeed.cli.desk import open_desk
from swarmfeed.cli.doors import Doors
from swarmfeed.cli.main import make_main
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.mailboxes.role import mailboxes_role
from swarmfeed.node.role import Role
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.ports import GoneParcel, KeptBox, KeptParcel, MailStore, SomeParcels

SHOWN: Final = 0.5
"""Chance that a parcel is shown at all."""
REPEATED: Final = 5
"""Parcels of earlier times that are shown again each time."""


class LyingStore:
    """Implements ``ports.MailStore``, and keeps no promise."""

    def __init__(self, honest: MailStore) -> None:
        self._honest = honest
        self._dice = random.Random(1)
        self._shown: list[bytes] = []

    def read(self) -> list[KeptBox]:
        return self._honest.read()

    def lease(self, box: KeptBox) -> None:
        self._honest.lease(box)

    def end(self, boxes: Collection[bytes]) -> None:
        self._honest.end(boxes)

    def keep(self, parcels: Sequence[KeptParcel]) -> list[bool]:
        return self._honest.keep(parcels)

    def some(self, box: bytes, after: int, *, bytes_max: int, count_max: int) -> SomeParcels:
        some = self._honest.some(box, after, bytes_max=bytes_max, count_max=count_max)
        kept = [each for each in some.parcels if self._dice.random() < SHOWN]
        again = self._dice.choices(self._shown, k=REPEATED) if self._shown else []
        self._shown += kept
        shown = [*kept, *again]
        self._dice.shuffle(shown)
        return replace(some, parcels=tuple(shown[:count_max]))

    def drop(self, box: bytes, ids: Iterable[bytes]) -> list[GoneParcel]:
        return self._honest.drop(box, ids)

    def drop_older(self, came_before_s: int) -> list[GoneParcel]:
        return self._honest.drop_older(came_before_s)

    def close(self) -> None:
        self._honest.close()


def lying_mailboxes(ground: Ground, feeds: Feeds) -> Role:
    """The role as it is, over a store that lies."""
    shells = replace(ground.shells, mail=LyingStore(ground.shells.mail))
    return mailboxes_role(replace(ground, shells=shells), feeds)


LYING: Final = Roster(
    roles=tuple(lying_mailboxes if each is mailboxes_role else each for each in ROSTER.roles),
    vocabulary=ROSTER.vocabulary,
)

if __name__ == "__main__":
    opens = partial(open_desk, open_node=partial(wiring.open_node, roster=LYING))
    make_main()(obj=Doors(open_desk=opens, run_node=partial(serving.run_node, roster=LYING)))
