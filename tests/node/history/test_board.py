"""The notice board: what is kept, what is passed on to whom, what is bounded."""

import asyncio

import pytest
from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.history.notice import (
    LASTS_MS,
    Notice,
    Word,
    read_notice,
    sign_goodbye,
)
from swarmfeed.core.history.rows import encode_notice
from swarmfeed.core.history.words import Farewell, Notices, Watch
from swarmfeed.core.talk.words import NotHeld
from swarmfeed.errors import BadSignatureError
from swarmfeed.node.ground.events import LinkStays
from swarmfeed.node.history import board as board_module
from swarmfeed.node.history import side as side_module
from swarmfeed.node.history.side import HistorySide

from tests.node.history.board_rig import ANNA, BERT, FEED, HOUR_MS, OWN_KEY, Rig, play
from tests.node.rig import at_once


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_of_one_node_the_newest_word_counts(rig: Rig) -> None:
    peer, key = rig.link(1), rig.keys[0]
    rig.hear(peer, rig.notice(key, Word.CLAIM, age_ms=20), rig.notice(key, age_ms=10))
    assert rig.words() == [Word.LEASE]
    rig.hear(peer, rig.notice(key, Word.DROPPED))
    assert rig.words() == [Word.DROPPED]


@pytest.mark.attack("A35")
def test_an_older_notice_that_is_told_again_changes_nothing(rig: Rig) -> None:
    peer, key = rig.link(1), rig.keys[0]
    lease = rig.notice(key, age_ms=10)
    rig.hear(peer, lease, rig.notice(key, Word.DROPPED))
    rig.hear(peer, lease)
    assert rig.words() == [Word.DROPPED]


def test_what_has_expired_is_not_shown(rig: Rig) -> None:
    rig.hear(rig.link(1), rig.notice(rig.keys[0]))
    rig.clock.advance(LASTS_MS[Word.LEASE])
    assert rig.words() == [] and rig.board.holders() == {}


@pytest.mark.attack("A35")
def test_what_is_of_the_future_or_of_nobody_s_interest_is_passed_over(rig: Rig) -> None:
    peer = rig.link(1)
    rig.hear(peer, rig.notice(rig.keys[0], age_ms=-POST_AHEAD_MS_MAX - 1))
    rig.hear(peer, rig.notice(rig.keys[0], author_id=BERT))
    assert rig.words() == [] and rig.board.feeds_of(BERT) == []
    rig.hear(peer, rig.notice(rig.keys[0], age_ms=-POST_AHEAD_MS_MAX))
    assert rig.words() == [Word.LEASE]


@pytest.mark.attack("A25")
def test_what_came_while_our_clock_was_fast_gives_way(rig: Rig) -> None:
    peer, now_ms = rig.link(1), rig.clock.now_ms()
    rig.clock.advance(365 * 24 * HOUR_MS)
    rig.hear(peer, rig.notice(rig.keys[0]))
    rig.clock.set_wall_clock(now_ms)
    rig.hear(peer, rig.notice(rig.keys[0], word=Word.HAVE))
    assert rig.words() == [Word.HAVE]


@pytest.mark.attack("A25")
def test_what_is_dated_ahead_is_tidied_away(rig: Rig) -> None:
    now_ms = rig.clock.now_ms()
    rig.clock.advance(365 * 24 * HOUR_MS)
    rig.hear(rig.link(1), rig.notice(rig.keys[0]))
    rig.clock.set_wall_clock(now_ms)
    asyncio.run(rig.board.tidy())
    assert rig.words() == []


@pytest.mark.attack("A35")
def test_a_forger_is_blamed(rig: Rig) -> None:
    signed = bytearray(rig.notice(rig.keys[0]))
    signed[-1] ^= 1
    with pytest.raises(BadSignatureError):
        rig.hear(rig.link(1), bytes(signed))
    assert rig.words() == []


def test_a_new_peer_is_asked_what_it_knows_of_whom_we_watch() -> None:
    async def script(rig: Rig) -> None:
        session = rig.link(1)
        rig.board.on_stays(LinkStays(session))
        assert await rig.said(session) == [Watch((ANNA,))]
        rig.board.watch([ANNA, BERT])
        assert await rig.said(session) == [Watch((BERT,))]

    play(script)


@pytest.mark.attack("A35")
def test_what_is_known_is_passed_over_unread_and_what_gave_way_is_read_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def note(signed: bytes) -> Notice:
        read.append(signed)
        return read_notice(signed)

    monkeypatch.setattr(board_module, "read_notice", note)
    lease = rig.notice(rig.keys[0], age_ms=2)
    for peer in (rig.link(1), rig.link(2)):
        rig.hear(peer, lease, lease)
    assert read == [lease]
    renewed = rig.notice(rig.keys[0], age_ms=1)
    rig.hear(rig.link(3), renewed, lease)  # what gave way is known no more, and older
    assert read == [lease, renewed, lease]
    assert [each.record.signed for each in rig.board.notices(FEED)] == [renewed]
    rig.board.watch([])
    asyncio.run(rig.board.tidy())
    rig.board.watch([ANNA])
    rig.hear(rig.link(1), renewed)
    assert rig.words() == [Word.LEASE]


def test_who_tells_what_it_was_to_be_told_is_not_told_it() -> None:
    async def script(rig: Rig) -> None:
        first, second, third = (rig.link(number) for number in (1, 2, 3))
        for peer in (first, second, third):
            await rig.board.on_watch(peer, Watch((ANNA,)))
        lease, renewed = (rig.notice(rig.keys[0], age_ms=age) for age in (2, 1))
        rig.hear(first, lease)
        rig.hear(second, lease)
        assert await rig.told(second) == []
        assert await rig.told(third) == [lease]
        rig.hear(first, renewed)
        rig.hear(second, lease)  # it does not know the newer one
        assert await rig.told(second) == [renewed]

    play(script)


@pytest.mark.attack("A35")
def test_a_forged_copy_of_what_is_known_is_blamed(rig: Rig) -> None:
    lease = rig.notice(rig.keys[0], age_ms=1)
    rig.hear(rig.link(1), lease)
    forged = bytearray(rig.notice(rig.keys[0]))
    forged[-1] ^= 1
    with pytest.raises(BadSignatureError):
        rig.hear(rig.link(2), bytes(forged))
    assert [each.record.signed for each in rig.board.notices(FEED)] == [lease]


@pytest.mark.attack("A35")
def test_nobody_tells_us_what_we_said(rig: Rig) -> None:
    rig.hear(rig.link(1), rig.notice(OWN_KEY, Word.DROPPED))
    assert rig.board.own(FEED) is None


def test_news_go_to_those_who_watch_and_never_back() -> None:
    async def script(rig: Rig) -> None:
        sender, watcher, other = rig.link(1), rig.link(2), rig.link(3)
        for each in (sender, watcher):
            at_once(rig.board.on_watch(each, Watch((ANNA,))))
        signed = rig.notice(rig.keys[0])
        rig.hear(sender, signed)
        rig.hear(sender, signed)
        assert await rig.told(watcher) == [signed]
        assert await rig.told(sender) == [] and await rig.told(other) == []
        rig.hear(other, rig.notice(rig.key_of(watcher)))
        assert await rig.told(watcher) == [], "it said so itself"

    play(script)


def test_news_that_come_before_a_peer_reads_go_out_together() -> None:
    async def script(rig: Rig) -> None:
        watcher = rig.link(1)
        at_once(rig.board.on_watch(watcher, Watch((ANNA,))))
        feeds = [FeedId(bytes([2, number]) * 16) for number in range(3)]
        for feed_id in (*feeds, feeds[0]):
            rig.board.say(Word.HAVE, ANNA, feed_id, 3, 300)
        (told,) = [each for each in await rig.said(watcher) if isinstance(each, Notices)]
        newest = [rig.board.own(each) for each in feeds]
        assert list(told.records) == [each.record for each in newest if each is not None]
        assert await rig.said(watcher) == []

    play(script)


def test_who_begins_to_watch_is_told_what_is_known() -> None:
    async def script(rig: Rig) -> None:
        signed = [rig.notice(each) for each in rig.keys[:3]]
        rig.hear(rig.link(1), *signed)
        late = rig.link(2)
        at_once(rig.board.on_watch(late, Watch((ANNA, BERT))))
        assert sorted(await rig.told(late)) == sorted(signed)
        rig.board.say(Word.HAVE, BERT, FeedId(b"g" * 32), 3, 300)
        assert len(await rig.told(late)) == 1

    play(script)


@pytest.mark.attack("A38")
def test_who_watches_again_and_again_and_never_reads_makes_nothing_pile_up() -> None:
    async def script(rig: Rig) -> None:
        feeds = [FeedId(bytes([1, number]) * 16) for number in range(5)]
        signed = [rig.notice(rig.keys[0], feed_id=each) for each in feeds]
        rig.hear(rig.link(1), *signed)
        deaf = rig.link(2)
        for number in range(300):
            others = (AuthorId(bytes([9, number % 256]) * 16), BERT)[: number % 3]
            await rig.board.on_watch(deaf, Watch((ANNA, *others)))
        assert len(deaf.outbox) == 1
        assert len(deaf.part(HistorySide).untold) == 5
        assert sorted(await rig.told(deaf)) == sorted(signed), "each of them once"
        assert len(deaf.part(HistorySide).untold) == 0

    play(script)


@pytest.mark.attack("A38")
def test_who_watches_again_is_told_again_only_after_a_minute() -> None:
    async def script(rig: Rig) -> None:
        rig.hear(rig.link(1), rig.notice(rig.keys[0]))
        peer = rig.link(2)
        for wait_ms, told in ((0, 1), (0, 0), (59_999, 0), (1, 1), (30_000, 0)):
            rig.clock.advance(wait_ms)
            await rig.board.on_watch(peer, Watch((ANNA,)))
            assert len(await rig.told(peer)) == told, wait_ms

    play(script)


def test_many_notices_are_told_in_several_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "NOTICES_TOLD_AT_ONCE", 2)

    async def script(rig: Rig) -> None:
        signed = [
            rig.notice(rig.keys[0], feed_id=FeedId(bytes([1, number]) * 16))
            for number in range(5)
        ]
        rig.hear(rig.link(1), *signed)
        late = rig.link(2)
        await rig.board.on_watch(late, Watch((ANNA,)))
        late.outbox.hurry()
        late.outbox.put("heads", lambda: late.send(NotHeld(ANNA)))
        heard = await rig.said(late)
        assert isinstance(heard[1], NotHeld), "what somebody waits for comes in between"
        said = [each for each in heard if isinstance(each, Notices)]
        assert [len(each.records) for each in said] == [2, 2, 1]
        told = [record.signed for each in said for record in each.records]
        assert sorted(told) == sorted(signed)

    play(script)


def test_a_history_server_is_offered_what_we_hold() -> None:
    async def script(rig: Rig) -> None:
        rig.board.say(Word.HAVE, ANNA, FEED, 3, 300)
        person, server = rig.link(1), rig.link(2)
        server.part(HistorySide).reported = True
        for each in (person, server):
            rig.board.on_stays(LinkStays(each))
        assert len(await rig.told(server)) == 1 and await rig.told(person) == []
        rig.clock.advance(1)
        rig.board.say(Word.HAVE, ANNA, FEED, 4, 400)
        assert len(await rig.told(server)) == 1

    play(script)


def test_an_open_server_takes_offers_of_authors_it_does_not_watch(rig: Rig) -> None:
    rig.offered.add(BERT)
    rig.hear(rig.link(1), rig.notice(rig.keys[0], Word.HAVE, author_id=BERT))
    assert rig.board.feeds_of(BERT) == [FEED]


def test_two_words_in_the_same_moment_keep_their_order(rig: Rig) -> None:
    rig.board.say(Word.CLAIM, ANNA, FEED, 0, 0)
    rig.board.say(Word.LEASE, ANNA, FEED, 3, 300)
    own = rig.board.own(FEED)
    assert own is not None and own.notice.word is Word.LEASE
    assert own.notice.made_ms == rig.clock.now_ms() + 1
    assert own.link == Endpoint("127.0.0.9", 1)


def test_what_a_node_says_itself_is_dialled_where_it_was_met(rig: Rig) -> None:
    peer = rig.link(1)
    rig.hear(peer, rig.notice(rig.key_of(peer)), link=Endpoint("127.0.0.66", 6))
    (kept,) = rig.board.notices(FEED)
    assert kept.link == peer.link


@pytest.mark.attack("A35")
def test_a_crowd_does_not_push_out_who_speaks_for_itself(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_module, "NOTICES_PER_FEED_MAX", 5)
    liar, honest = rig.link(1), rig.link(2)
    rig.hear(liar, *(rig.notice(each) for each in rig.keys[:9]))
    assert len(rig.words()) == 5
    rig.hear(honest, rig.notice(rig.key_of(honest)))
    nodes = {each.notice.node_id for each in rig.board.notices(FEED)}
    assert honest.node_id in nodes and len(nodes) == 5


@pytest.mark.attack("A38")
def test_how_much_is_kept_is_bounded(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "NOTICES_MAX", 7)
    monkeypatch.setattr(board_module, "FEEDS_PER_AUTHOR_MAX", 4)
    monkeypatch.setattr(side_module, "WATCHED_MAX", 3)
    peer = rig.link(1)
    for number in range(10):
        feed_id = FeedId(bytes([number]) * 32)
        rig.hear(peer, *(rig.notice(each, feed_id=feed_id) for each in rig.keys[:3]))
    assert len(rig.board.feeds_of(ANNA)) <= 4
    assert sum(len(rig.board.notices(each)) for each in rig.board.feeds_of(ANNA)) == 7
    at_once(rig.board.on_watch(peer, Watch(tuple(AuthorId(bytes([n]) * 32) for n in range(9)))))
    assert len(peer.part(HistorySide).watches) == 3


def test_what_nobody_watches_any_more_is_forgotten() -> None:
    async def script(rig: Rig) -> None:
        rig.hear(rig.link(1), rig.notice(rig.keys[0]))
        rig.board.watch([BERT])
        await rig.board.tidy()
        assert rig.board.feeds_of(ANNA) == []
        assert rig.board.take_changes() == {bytes(rig.keys[0].public) + FEED: None}

    play(script)


def test_a_restart_forgets_nothing_that_counts(rig: Rig) -> None:
    rig.hear(rig.link(1), rig.notice(rig.keys[0]), rig.notice(rig.keys[1], age_ms=HOUR_MS))
    rig.board.say(Word.HAVE, ANNA, FEED, 3, 300)
    changes = rig.board.take_changes()
    rows = {key: encode_notice(each) for key, each in changes.items() if each is not None}
    again = Rig()
    again.clock.advance(LASTS_MS[Word.LEASE] - HOUR_MS)
    again.board.load({**rows, b"junk": b"junk"})
    assert again.words() == [Word.HAVE, Word.LEASE] or again.words() == [Word.LEASE, Word.HAVE]
    assert again.board.take_changes() == {}


def test_a_goodbye_lasts_until_the_node_is_seen_again() -> None:
    async def script(rig: Rig) -> None:
        peer, other, key = rig.link(1), rig.link(2), rig.keys[0]
        node_id = NodeId(key.public)
        goodbye = Farewell(sign_goodbye(node_id, rig.clock.now_ms(), key))
        rig.board.on_farewell(peer, goodbye)
        assert not rig.board.has_left(node_id), "nobody we know anything of"
        rig.hear(peer, rig.notice(key))
        rig.board.on_farewell(peer, goodbye)
        rig.board.on_farewell(peer, goodbye)
        assert rig.board.has_left(node_id)
        assert await rig.said(other) == [goodbye] and await rig.said(peer) == []
        rig.board.forgive(node_id)
        assert not rig.board.has_left(node_id)

    play(script)
