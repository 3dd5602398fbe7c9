"""The power goes at any write of letters, on either side: all is there, once; and nothing
leaves this machine, nor is confirmed, before it is synced."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from street.fakes.ledger import FakeLedger
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.troubles import BUSY
from swarmfeed.core.letters.parcel import parcel_id
from swarmfeed.core.letters.words import KEPT, LetterKept
from swarmfeed.errors import PassingError
from swarmfeed.node.ground.session import Session

from tests.node.letters.scene import friends, parts, states, texts, until, write

Changes = Mapping[str, Mapping[bytes, bytes | None]]

WRITES = 6
"""Of a letter that goes, and one that comes: of its text, of the session, of who took it, of
what came, of its receipt, and of the session again."""

ON_THEIR_SIDE = {"", "kept", "arrived"}


class DyingLedger(FakeLedger):
    """Takes so many more writes; then nothing of what happens reaches the disk any more."""

    def __init__(self, before: FakeLedger | None = None) -> None:
        super().__init__()
        if before is not None:
            self._pages = before._pages
        self.left: int | None = None
        self.says_so = True
        """Whether the last write is lost, too; else the power goes as it is synced."""
        self.heard: Callable[[Changes], None] = lambda _: None

    def write(self, changes: Changes) -> None:
        if self.left == 0:
            raise PassingError("the power is gone", BUSY.name)
        if self.left is not None:
            self.left -= 1
        if self.left == 0 and self.says_so:
            raise PassingError("the power is gone", BUSY.name)
        super().write(changes)
        self.heard(changes)
        if self.left == 0:
            raise PassingError("the power is gone", BUSY.name)


async def restart(who: Neighbour, knows: Neighbour, ledger: DyingLedger) -> None:
    await who.stop()
    who.letters = ledger
    await who.start()
    who.running.feeds.finder.hint([knows.endpoint])


async def _is_all_there(anna: Neighbour, ben: Neighbour, said: list[str]) -> bool:
    found = [await texts(who, other) for who, other in ((anna, ben), (ben, anna))]
    told = [*await states(anna, ben), *await states(ben, anna)]
    # A receipt that was lost comes when the letter is sent again, the next day.
    return all(sorted(each) == sorted(said) for each in found) and {*told} <= ON_THEIR_SIDE


@pytest.mark.slow
@pytest.mark.parametrize("is_lost", [True, False], ids=["lost", "synced"])
def test_the_power_goes_at_each_write_on_either_side(tmp_path: Path, *, is_lost: bool) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        said = list[str]()

        async def cut(dying: Neighbour, other: Neighbour, after: int) -> None:
            ledger, unknown = DyingLedger(dying.letters), list[str]()
            await restart(dying, other, ledger)
            await street.pass_time(10)
            ledger.says_so, ledger.left = is_lost, after
            for writer, reader in ((anna, ben), (ben, anna)):
                text = f"{dying.number}.{after}.{writer.number}"
                try:
                    await write(writer, reader, text)
                    said.append(text)
                except PassingError:
                    unknown.append(text)
            await street.pass_time(10)
            await restart(dying, other, DyingLedger(ledger))
            # What its writer finds after the power cut was written.
            said.extend(set(unknown) & {*await texts(dying, other)})
            await until(street, lambda: _is_all_there(anna, ben, said), within_s=300)

        for after in range(1, WRITES + 1):
            await cut(anna, ben, after)
            await cut(ben, anna, after)

    in_neighbourhood(tmp_path, scenario)


def test_what_leaves_and_what_is_confirmed_is_synced_before(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        done: list[object] = []
        ledger = DyingLedger(anna.letters)
        await restart(anna, ben, ledger)
        await street.pass_time(10)
        reading, handing = parts(ben).reading, parts(anna).handing
        take, on_kept, seen = reading.take, handing.on_kept, list[bytes]()

        async def come(parcel: bytes) -> int:
            done.append(parcel_id(parcel))
            return await take(parcel)

        def confirmed(session: Session, message: LetterKept) -> None:
            if message.result == KEPT:
                assert message.parcel_id in ben.letters.read("seen")
                seen.append(message.parcel_id)
            on_kept(session, message)

        reading.take = come  # type: ignore[method-assign]
        handing.on_kept = confirmed  # type: ignore[method-assign]
        ledger.heard = lambda changes: done.append([*changes.get("devices", {})])
        for number in range(4):
            await write(anna, ben, f"{number}")
        await until(street, lambda: _is_all_there(anna, ben, ["0", "1", "2", "3"]))
        left = [place for place, each in enumerate(done) if isinstance(each, bytes)]
        assert len(left) >= 4
        for before, place in zip([-1, *left], left, strict=False):
            synced = done[before + 1 : place]
            assert [ben.feed_id] in synced, "the session that sealed it, before it left"

    in_neighbourhood(tmp_path, scenario)
