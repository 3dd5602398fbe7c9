"""What each of our boxes had of that which two of them had: pure counting.

Who writes puts a parcel into all boxes.  One that lacks it an hour after two others had it
counts that as missed, if its holder was heard of since.  One holder alone can make up parcels,
and brings no other into discredit by them.
"""

from collections import OrderedDict

from msgspec import Struct, field

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.mailboxes.choice import BoxRecord
from swarmfeed.core.mailboxes.limits import COMPARED_AFTER_S, COMPARED_MAX, COUNTED_MAX


class _Came(Struct):
    """A parcel that came."""

    first_s: int
    boxes: set[NodeId] = field(default_factory=set)


class BoxComparison:
    """Parcels that came lately, and from which boxes."""

    def __init__(self) -> None:
        self._came: OrderedDict[bytes, _Came] = OrderedDict()

    def note(self, parcel: bytes, holder: NodeId, now_s: int, *, is_new: bool) -> None:
        """A holder brought a parcel.

        Args:
            parcel: Its id.
            is_new: Whether nobody brought it before: else it only counts with those that came
                lately, or a holder could bring what is long gone elsewhere.
        """
        came = self._came.get(parcel)
        if came is None and is_new and len(self._came) < COMPARED_MAX:
            came = self._came[parcel] = _Came(now_s)
        if came is not None:
            came.boxes.add(holder)

    def hold_against(self, records: dict[NodeId, BoxRecord], now_s: int) -> None:
        """Count what came long enough ago, once."""
        while self._came:
            parcel, came = next(iter(self._came.items()))
            if now_s - came.first_s < COMPARED_AFTER_S:
                return
            del self._came[parcel]
            if len(came.boxes.intersection(records)) >= 2:
                _count(records, came)


def _count(records: dict[NodeId, BoxRecord], came: _Came) -> None:
    for holder, record in records.items():
        if holder in came.boxes:
            record.had += 1
        elif record.since_s <= came.first_s < record.heard_s:
            record.missed += 1
        if record.had + record.missed >= COUNTED_MAX:
            record.had, record.missed = record.had // 2, record.missed // 2
