"""What can be read of a feed whose journal alone was lost, once its head is back."""

from pathlib import Path
from typing import NoReturn

import pytest
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.errors import PassingError

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


def test_chunks_that_lie_here_are_shown_when_the_head_comes_back(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, ground = Scribe(1), to.node.ground
        anna.grow_to(600)
        to.care(anna.author_id)
        after = ground.shelf.accept_offer(anna.offer())
        anna.give_all(ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
        await to.node.feeds.grower.grew(None, after)
        await ground.indexer.drain()
        assert ground.shells.index.indexed_ranges(anna.feed_id) == [(0, 600)]

    talk(tmp_path, script)


@pytest.mark.attack("A26")
def test_an_index_that_was_only_emptied_is_not_called_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> NoReturn:
        raise FULL.unsaved("the index")

    async def script(to: Talk) -> None:
        await to.me.say("one")
        showing = to.node.feeds.showing
        with monkeypatch.context() as patch:
            patch.setattr(to.node.ground.shells.index, "add_entries", full)
            with pytest.raises(PassingError, match="the disk is full"):
                await showing.reindex()
        await to.street.pass_time(3)
        assert await showing.reindex() == 3
        assert to.me.reads(to.me.author_id) == ["one"]

    talk(tmp_path, script)
