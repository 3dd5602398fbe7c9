"""Events: who hears them, in which order, and whose an error is."""

import pytest
from swarmfeed.core.base.types import FeedId
from swarmfeed.node.ground.events import Events, FeedCompleted, Forked, listens

FEED = FeedId(b"f" * 32)


def test_all_who_listen_hear_at_once_in_the_order_they_were_connected() -> None:
    events, heard = Events(), list[str]()
    events.connect([listens(FeedCompleted, lambda _: heard.append("first"))])
    events.connect(
        [
            listens(FeedCompleted, lambda _: heard.append("second")),
            listens(Forked, lambda _: heard.append("another event")),
            listens(FeedCompleted, lambda event: heard.append(event.feed_id.hex()[:2])),
        ]
    )
    events.tell(FeedCompleted(FEED))
    assert heard == ["first", "second", "66"]


def test_nobody_has_to_listen() -> None:
    Events().tell(Forked(FEED))


def test_the_error_of_a_listener_is_the_tellers() -> None:
    events, heard = Events(), list[str]()

    def fail(_: FeedCompleted) -> None:
        raise ZeroDivisionError

    events.connect(
        [
            listens(FeedCompleted, fail),
            listens(FeedCompleted, lambda _: heard.append("too late")),
        ]
    )
    with pytest.raises(ZeroDivisionError):
        events.tell(FeedCompleted(FEED))
    assert heard == []
