"""What is passed on among supernodes is found by everybody, though nobody holds its feed."""

from pathlib import Path

import pytest
from swarmfeed.core.asks.network import NetworkPosts, SearchNetwork
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Withdraw
from swarmfeed.core.lookup.limits import SETTLED_MS

from tests.node.push.street import (
    Neighbour,
    Neighbourhood,
    in_street,
    leaf,
    misled,
    supernodes,
)

pytestmark = pytest.mark.slow


async def search(who: Neighbour, words: str) -> NetworkPosts:
    found: NetworkPosts = await who.running.ground.answering.answer(SearchNetwork(words=words))
    return found


def test_a_post_that_no_supernode_holds_is_found_and_taken_back(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second, third = await supernodes(street, 3)
        anna, ben = await leaf(street, first, second), await leaf(street, third, second)
        told = misled(anna)
        await ben.say("green tea", "black tea")
        await street.pass_time(2)
        found = await search(anna, "tea")
        assert [post.text for post in found.posts] == ["black tea", "green tea"]
        assert found.posts[0].author_id == ben.author_id
        assert found.posts[0].author_name == f"neighbour {ben.number}"
        assert (found.answered, found.left_out) == (2, 0)
        assert first.root(ben.feed_id) is None, "it holds nothing of ben"
        post = ben.index.author_posts(ben.author_id, 1, None)[0]
        await ben.running.ground.answering.answer(Withdraw(ref=ref_text(post.ref)))
        await street.pass_time(SETTLED_MS // 1000 + 5)
        for _ in range(4):
            found = await search(anna, "tea")
            assert [post.text for post in found.posts] == ["green tea"]
            assert found.left_out == 0
        assert told == []

    in_street(tmp_path, script)
