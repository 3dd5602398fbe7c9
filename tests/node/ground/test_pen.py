"""The pen: nothing is signed where anything remembers more, and the person is told."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.upkeep import HowIsIt, Verify
from swarmfeed.core.asks.writing import HowIsMyFeed, OldPost, WritePost
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.highwater import Ruling
from swarmfeed.core.feed.remembered import decode_remembered, encode_remembered
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import HeadGrew, listens
from swarmfeed.node.ground.inventory import PAGE

from tests.node.talk import Talk, talk

pytestmark = pytest.mark.attack("A50")

Spoil = Callable[[Talk], object]


def own(to: Talk) -> Ruling:
    return to.node.ground.pen.verdict().ruling


def journal_lost(to: Talk) -> None:
    del to.me.disk.replicas[to.me.feed_id]


def mark_lost(to: Talk) -> None:
    del to.me.disk.marks[to.me.feed_id]


def receipt_of_more(to: Talk) -> None:
    to.me.index.save_receipt(to.me.feed_id, NodeId(b"n" * 32), 99, 1)


def ledger_of_more(to: Talk) -> None:
    row = decode_remembered(to.me.ledger.read(PAGE)[to.me.feed_id])
    more = encode_remembered(replace(row, size=99))
    to.me.ledger.write({PAGE: {to.me.feed_id: more}})


async def restarted(to: Talk, spoil: Spoil) -> None:
    """The node stops, something happens to its home, it starts again."""
    await to.me.say("one", "two")
    await to.me.stop()
    spoil(to)
    await to.me.start()


@pytest.mark.parametrize(
    ("spoil", "standing", "said"),
    [
        (journal_lost, Ruling.WAITS, "entries 0 to 3 of your feed are missing"),
        (mark_lost, Ruling.ENDED, "how far your feed was signed"),
        (receipt_of_more, Ruling.ENDED, "an old copy"),
        (ledger_of_more, Ruling.ENDED, "an old copy"),
    ],
)
def test_every_face_says_that_nothing_can_be_written_and_what_to_do(
    tmp_path: Path, spoil: Spoil, standing: Ruling, said: str
) -> None:
    async def script(to: Talk) -> None:
        await restarted(to, spoil)
        assert own(to) is standing
        before = to.me.root(to.me.feed_id)
        answering = to.node.ground.answering
        feed = await answering.answer(HowIsMyFeed())
        assert said in feed.sentence
        assert "swarmfeed restore" in feed.sentence
        assert feed.standing == standing.value
        assert (await answering.answer(HowIsIt())).sentence == feed.sentence
        assert (await answering.answer(Verify())).missing
        for write in (
            lambda: to.node.feeds.writer.publish_post("three", None),
            lambda: to.node.feeds.writer.publish_profile("Somebody"),
            lambda: to.node.feeds.writer.set_follow(other(to), on=True),
            lambda: to.node.feeds.importer.import_posts([OldPost(1, "old")]),
            lambda: answering.answer(WritePost(text="three")),
        ):
            await refused(write, feed.sentence)
        assert to.me.root(to.me.feed_id) == before

    talk(tmp_path, script)


def other(to: Talk):  # type: ignore[no-untyped-def]  # an author id
    return type(to.me.author_id)(b"x" * 32)


async def refused(write: Callable[[], Awaitable[object]], sentence: str) -> None:
    with pytest.raises(UserError) as error:
        await write()
    assert str(error.value) == sentence


def test_a_feed_that_has_ended_stays_so_when_nobody_remembers_why(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await restarted(to, receipt_of_more)
        await to.me.stop()
        to.me.index.drop_feed(to.me.feed_id)  # with all receipts
        await to.me.start()
        assert not to.me.index.receipts(to.me.feed_id)
        assert own(to) is Ruling.ENDED
        with pytest.raises(UserError, match="an old copy"):
            await to.me.say("three")

    talk(tmp_path, script)


def test_the_own_replica_back_is_written_again(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await to.me.say("one", "two")
        kept = to.me.disk.replicas[to.me.feed_id]
        await to.me.stop()
        journal_lost(to)
        await to.me.start()
        assert own(to) is Ruling.WAITS
        await to.me.stop()
        to.me.disk.replicas[to.me.feed_id] = kept
        await to.me.start()
        assert own(to) is Ruling.SIGNS
        await to.me.say("three")
        assert to.me.reads(to.me.author_id)[0] == "three"

    talk(tmp_path, script)


def test_a_mark_that_ends_while_the_node_runs_stops_the_pen_at_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await to.me.say("one")
        to.node.ground.pen.heard_of(3)
        assert own(to) is Ruling.SIGNS, "no more than we signed ourselves"
        to.node.ground.pen.heard_of(4)
        assert own(to) is Ruling.ENDED
        with pytest.raises(UserError, match="an old copy"):
            await to.me.say("two")

    talk(tmp_path, script)


def test_a_page_hears_when_others_change_the_own_feed_and_not_of_own_posts(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        by_hand: list[bool] = []
        pen = to.node.ground.pen
        to.node.ground.events.connect(
            [listens(HeadGrew, lambda event: by_hand.append(pen.wrote(event.after)))]
        )
        await to.me.say("one")
        assert by_hand == [True]

    talk(tmp_path, script)
