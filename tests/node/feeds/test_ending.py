"""A node stops when its person says so, and deletes nothing unless they mean it."""

import asyncio
from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ending import DeleteHome, StopNode
from swarmfeed.errors import UserError
from swarmfeed.node.node import STOP_AFTER_S


def test_it_stops_a_moment_after_it_was_told_to(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        node = (await street.move_in()).running
        said = await node.ground.answering.answer(StopNode())
        assert "swarmfeed run" in said.sentence and not node.stopped.is_set()
        await asyncio.sleep(STOP_AFTER_S + 0.1)
        assert node.stopped.is_set() and not node.deletes_home

    in_neighbourhood(tmp_path, scenario)


def test_all_is_deleted_only_if_the_person_says_the_word(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        node = (await street.move_in()).running
        for typed in ("", "yes", "deleted"):
            with pytest.raises(UserError, match="type the word delete"):
                await node.ground.answering.answer(DeleteHome(agreed=typed))
        await asyncio.sleep(STOP_AFTER_S + 0.1)
        assert not node.stopped.is_set() and not node.deletes_home
        await node.ground.answering.answer(DeleteHome(agreed=" Delete "))
        await asyncio.sleep(STOP_AFTER_S + 0.1)
        assert node.stopped.is_set() and node.deletes_home

    in_neighbourhood(tmp_path, scenario)
