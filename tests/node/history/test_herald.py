"""When a node says again what it holds."""

from pathlib import Path

import pytest
from street.fakes.clock import FakeClock
from swarmfeed.core.history.notice import RENEW_EVERY_MS
from swarmfeed.node.feeds.feeds import make_feeds
from swarmfeed.node.ground.interests import FOLLOWED
from swarmfeed.node.history.herald import Herald
from swarmfeed.node.history.role import History, history_role

from tests.node.rig import Scribe, new_ground

YEAR_MS = 365 * 24 * 3600 * 1000


def new_herald(tmp_path: Path, clock: FakeClock, anna: Scribe) -> Herald:
    """Of a node that follows somebody, and holds all of it."""
    ground = new_ground(tmp_path, clock=clock)
    parts = history_role(ground, make_feeds(ground)).parts
    assert isinstance(parts, History)
    ground.interests.raise_to(anna.author_id, FOLLOWED)
    ground.shelf.accept_offer(anna.offer())
    return parts.herald


def test_what_is_held_is_said_again_before_it_expires(tmp_path: Path) -> None:
    clock, anna = FakeClock(), Scribe(1)
    herald = new_herald(tmp_path, clock, anna)
    assert herald.say_held(anna.feed_id)
    assert not herald.say_held(anna.feed_id)
    clock.advance(RENEW_EVERY_MS - 1)
    assert not herald.say_held(anna.feed_id)
    clock.advance(1)
    assert herald.say_held(anna.feed_id)


@pytest.mark.attack("A25")
def test_what_was_said_under_a_fast_clock_is_said_again(tmp_path: Path) -> None:
    clock, anna = FakeClock(), Scribe(1)
    herald = new_herald(tmp_path, clock, anna)
    now_ms = clock.now_ms()
    clock.set_wall_clock(now_ms + YEAR_MS)
    assert herald.say_held(anna.feed_id)
    clock.set_wall_clock(now_ms)
    assert herald.say_held(anna.feed_id)
    assert not herald.say_held(anna.feed_id)
