"""The power goes at any write of a letter with a picture: both are there, or neither stays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from street.fakes.ledger import FakeLedger
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.letters import WriteLetter
from swarmfeed.core.asks.media import HERE, Attached
from swarmfeed.core.asks.troubles import BUSY
from swarmfeed.errors import PassingError
from swarmfeed.node.media import wishing
from swarmfeed.shell.disk import media

from tests.node.letters.scene import address, ask, friends, talk, until
from tests.node.media.posting import PICTURE, files, hand_over

WRITES = 4
"""Of what is known of the file, of the file, of the letter that names it, and of the letter."""

TOLD_BY = 150
"""Seconds by which two rounds were made that look for what nothing names."""


class Power:
    """So many more writes reach the disk; then none does."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.is_lost = False
        """Whether the last one is lost, too; else it is synced, and nobody hears of it."""

    def spend(self) -> bool:
        """Whether a write is to be done, and its success told."""
        if self.left is None:
            return True
        if self.left <= 0:
            raise PassingError("the power is gone", BUSY.name)
        self.left -= 1
        if self.left == 0 and self.is_lost:
            raise PassingError("the power is gone", BUSY.name)
        return self.left > 0


class CutLedger(FakeLedger):
    """Letters on a machine whose power goes."""

    def __init__(self, before: FakeLedger, power: Power) -> None:
        super().__init__()
        self._pages = before._pages
        self._power = power

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        is_told = self._power.spend()
        super().write(changes)
        if not is_told:
            raise PassingError("the power is gone", BUSY.name)


def cut_media(patch: pytest.MonkeyPatch, of: Neighbour, power: Power) -> None:
    """Let what one of them keeps of media go by the same power."""

    def cut(name: str, which: int) -> None:
        real = getattr(media, name)

        def write(*places: Any) -> None:
            is_told = of.disk.folder not in Path(places[which]).parents or power.spend()
            real(*places)
            if not is_told:
                raise PassingError("the power is gone", BUSY.name)

        patch.setattr(media, name, write)

    cut("write_file", 0)
    cut("move_file", 1)


async def restart(who: Neighbour, ledger: FakeLedger, knows: Neighbour) -> None:
    await who.stop()
    who.letters = ledger
    await who.start()
    who.running.feeds.finder.hint([knows.endpoint])


@pytest.mark.attack("A28")
@pytest.mark.slow
@pytest.mark.parametrize("is_lost", [True, False], ids=["lost", "synced"])
def test_a_letter_has_its_picture_or_neither_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_lost: bool
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        power = Power()
        cut_media(monkeypatch, anna, power)

        async def send(text: str) -> None:
            attached = Attached(upload=await hand_over(anna, PICTURE), alt="A bee.")
            power.left, power.is_lost = after, is_lost
            await ask(anna, WriteLetter(talk=address(ben), text=text, media=(attached,)))

        async def is_all_there() -> bool:
            seen = [each.media for each in (await talk(ben, anna)).letters]
            return len(seen) == written and all(m.state == HERE for s in seen for m in s)

        there = []
        for after in range(1, WRITES + 1):
            await restart(anna, CutLedger(anna.letters, power), ben)
            with pytest.raises(PassingError):
                await send(f"{after}")
            power.left = None
            monkeypatch.setattr(wishing, "UPLOAD_KEPT_S", -1)  # all that may go, does
            await restart(anna, CutLedger(anna.letters, power), ben)
            await street.pass_time(TOLD_BY)
            monkeypatch.undo()
            cut_media(monkeypatch, anna, power)
            letters = (await talk(anna, ben)).letters
            written = len(letters)
            assert [[m.state for m in each.media] for each in letters] == [[HERE]] * written
            assert len(files(anna)) == written, f"after {after} writes"
            there.append(written)
            await until(street, is_all_there, within_s=300)
        assert there == ([0, 0, 0, 0] if is_lost else [0, 0, 0, 1])

    in_neighbourhood(tmp_path, scenario)
