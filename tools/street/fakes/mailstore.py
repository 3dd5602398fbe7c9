"""Boxes for others in memory; survive the node that keeps them."""

from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec.structs import replace
from swarmfeed.errors import FatalError
from swarmfeed.ports import GoneParcel, KeptBox, KeptParcel, SomeParcels


class FakeMailStore:
    """Implements ``ports.MailStore``."""

    def __init__(self) -> None:
        self._boxes: dict[bytes, KeptBox] = {}
        self._parcels: dict[int, KeptParcel] = {}
        self._last = 0

    def read(self) -> list[KeptBox]:
        return [self._counted(box) for _, box in sorted(self._boxes.items())]

    def lease(self, box: KeptBox) -> None:
        self._boxes[box.box] = box

    def end(self, boxes: Collection[bytes]) -> None:
        for each in boxes:
            self._boxes.pop(each, None)
        self._drop(lambda parcel: parcel.box in boxes)

    def keep(self, parcels: Sequence[KeptParcel]) -> list[bool]:
        if any(each.box not in self._boxes for each in parcels):
            raise FatalError("there is no such box")
        return [self._keep(each) for each in parcels]

    def some(self, box: bytes, after: int, *, bytes_max: int, count_max: int) -> SomeParcels:
        found, size, last = list[bytes](), 0, after
        for number, parcel in self._parcels.items():
            if parcel.box != box or number <= after:
                continue
            if size >= bytes_max or len(found) == count_max:
                return SomeParcels(parcels=tuple(found), last=last, more=True)
            found.append(parcel.data)
            size, last = size + len(parcel.data), number
        return SomeParcels(parcels=tuple(found), last=last, more=False)

    def drop(self, box: bytes, ids: Iterable[bytes]) -> list[GoneParcel]:
        named = {*ids}
        return self._drop(lambda parcel: parcel.box == box and parcel.id in named)

    def drop_older(self, came_before_s: int) -> list[GoneParcel]:
        return self._drop(lambda parcel: parcel.came_s < came_before_s)

    def close(self) -> None:
        """Nothing is open."""

    def _keep(self, parcel: KeptParcel) -> bool:
        known = {(each.box, each.id) for each in self._parcels.values()}
        if (parcel.box, parcel.id) in known:
            return False
        self._last += 1
        self._parcels[self._last] = parcel
        return True

    def _drop(self, goes: Callable[[KeptParcel], bool]) -> list[GoneParcel]:
        gone = [number for number, parcel in self._parcels.items() if goes(parcel)]
        parcels = [self._parcels.pop(number) for number in gone]
        return [GoneParcel(each.box, len(each.data), each.is_stranger) for each in parcels]

    def _counted(self, box: KeptBox) -> KeptBox:
        inside = [each for each in self._parcels.values() if each.box == box.box]
        return replace(
            box,
            parcels=len(inside),
            bytes=sum(len(each.data) for each in inside),
            strangers_bytes=sum(len(each.data) for each in inside if each.is_stranger),
        )
