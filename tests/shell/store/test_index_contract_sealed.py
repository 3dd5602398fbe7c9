"""Where keys, mailboxes and private state stand: the fake and the real index agree."""

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.sealed_kinds import KeysBody, MailboxBody, StateBody
from swarmfeed.ports import Index

from tests.shell.store.index_samples import LAPTOP, PHONE, add, stored


def test_their_places_are_told_the_newest_first(index: Index) -> None:
    part, keys = StateBody(b"sealed", bytes(16), 0, 1), KeysBody(b"public")
    add(index, LAPTOP, 0, [stored("post"), stored(keys), stored(part), stored("post")])
    add(index, LAPTOP, 4, [stored(part), stored(part), stored(keys)])
    add(index, PHONE, 0, [stored(part)])
    assert index.sealed_entries(LAPTOP, "state", 10) == [5, 4, 2]
    assert index.sealed_entries(LAPTOP, "state", 2) == [5, 4]
    assert index.sealed_entries(LAPTOP, "keys", 10) == [6, 1]
    assert index.sealed_entries(PHONE, "keys", 10) == []
    assert index.sealed_entries(LAPTOP, "post", 10) == []
    assert index.feeds_with("keys", [PHONE, LAPTOP]) == {LAPTOP}
    assert index.feeds_with("post", [LAPTOP]) == index.feeds_with("keys", []) == set()


def test_where_mailboxes_are_named_is_known(index: Index) -> None:
    boxes = MailboxBody((NodeId(b"n" * 32),))
    add(index, LAPTOP, 0, [stored("post"), stored(boxes), stored(MailboxBody())])
    assert index.sealed_entries(LAPTOP, "mailbox", 1) == [2]


def test_they_leave_with_their_feed_and_come_once(index: Index) -> None:
    part = StateBody(b"sealed", bytes(16), 0, 1)
    for _ in range(2):
        add(index, LAPTOP, 0, [stored(part)])
    assert index.sealed_entries(LAPTOP, "state", 10) == [0]
    index.drop_feed(LAPTOP)
    assert index.sealed_entries(LAPTOP, "state", 10) == []
