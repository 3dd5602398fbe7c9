"""What can be read of a feed whose journal alone was lost, once its head is back."""

from pathlib import Path

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
