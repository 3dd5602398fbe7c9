"""Three devices of one person, as the faces see them: a desk is given their rows."""

from typing import Any, Final

from msgspec.structs import replace
from swarmfeed.core.asks import device_sentences as sentences
from swarmfeed.core.asks.devices import (
    ConfirmDevice,
    Devices,
    DeviceView,
    NameDevice,
    Pairing,
    ProposeDevice,
    RemoveDevice,
    WhichDevices,
    check_device_name,
)
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.errors import UserError

from street.fakes.table import Rows

CODE: Final = "123 456"
DAY_MS: Final = 86_400_000


def device(number: int, name: str, now_ms: int, *, this: bool = False) -> DeviceView:
    return DeviceView(
        feed_id=FeedId(bytes([number]) * 32),
        name=name,
        this=this,
        joined_ms=now_ms - (10 - number) * DAY_MS,
        last_ms=None if number == 3 else now_ms - number * DAY_MS,
        entries=100 * number,
        posts=90 * number,
        removed=False,
        adds_devices=None if number == 3 else this,
    )


class SomeDevices:
    """The devices of somebody; notes what was asked for."""

    def __init__(self, now_ms: int, *, adds_devices: bool = True, passphrase: str = "") -> None:
        self.passphrase = passphrase
        self.asked: list[object] = []
        self.refusal = ""
        """Why the next link is refused."""
        self.found = Devices(
            devices=(
                device(1, "desk", now_ms, this=True),
                device(2, "laptop", now_ms),
                device(3, "", now_ms),
            ),
            adds_devices=adds_devices,
            has_passphrase=bool(passphrase),
            sentence=(sentences.CAN_ADD if adds_devices else sentences.CANNOT_ADD)(),
        )

    def rows(self) -> Rows:
        return {
            WhichDevices: lambda _, __: self.found,
            ProposeDevice: self.propose,
            ConfirmDevice: self.confirm,
            RemoveDevice: self.remove,
            NameDevice: self.rename,
        }

    def propose(self, _: Any, ask: ProposeDevice) -> Pairing:
        self._note(ask)
        if self.refusal:
            raise UserError(self.refusal)
        pairing = Pairing(
            code=CODE,
            name="tablet",
            author_id=AuthorId(bytes(32)),
            sentence=sentences.CODE_THERE(name="tablet", code=CODE),
        )
        self.found = replace(self.found, pairing=pairing)
        return pairing

    def confirm(self, _: Any, ask: ConfirmDevice) -> Devices:
        self.asked.append(ask)
        self.found = replace(self.found, pairing=None)
        if not ask.same:
            raise UserError(sentences.CANCELLED())
        return self.found

    def remove(self, _: Any, ask: RemoveDevice) -> Devices:
        self._note(ask)
        names = [(each.name, format_address(each.feed_id)) for each in self.found.devices]
        if all(ask.device not in each for each in names):
            raise UserError(sentences.NO_SUCH_DEVICE(name=ask.device))
        self.found = replace(
            self.found,
            devices=tuple(
                replace(each, removed=True)
                if ask.device in (each.name, format_address(each.feed_id))
                else each
                for each in self.found.devices
            ),
        )
        return self.found

    def rename(self, _: Any, ask: NameDevice) -> Devices:
        self.asked.append(ask)
        name = check_device_name(ask.device)
        first, *others = self.found.devices
        self.found = replace(self.found, devices=(replace(first, name=name), *others))
        return self.found

    def _note(self, ask: ProposeDevice | RemoveDevice) -> None:
        self.asked.append(ask)
        if ask.passphrase != self.passphrase:
            raise UserError("the passphrase is wrong")
