"""Authors with two stories, holders that keep news back, witnesses that lie: all found."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.head import Head, open_head, sign_head
from swarmfeed.core.witness.cosignature import sign_cosignature
from swarmfeed.core.witness.limits import STEP_BACK_S, UNSEEN_AFTER_S
from swarmfeed.core.witness.words import Cosign, Witnessed
from swarmfeed.node.ground.events import Misled, listens
from swarmfeed.node.ground.session import Session
from swarmfeed.node.roster import ROSTER, Roster

from tests.node.witness.town import (
    WITNESSES_ALONE,
    adopt,
    inquiry,
    is_linked,
    leaf,
    say,
    seen_size,
    session,
    sight,
    witnesses,
)


def signed(author: Neighbour, size: int, root: bytes) -> bytes:
    """A head that only a hostile author signs."""
    said = Head(
        feed_id=author.feed_id,
        size=size,
        root=Hash(root),
        time_ms=author.street.clock.now_ms(),
        chunks_hash=Hash(bytes(32)),
    )
    return sign_head(said, author.own_key.sign)


def true_head(author: Neighbour) -> bytes:
    replica = author.disk.replicas[author.feed_id]
    return replica.signed_head


def words(author: Neighbour, head: bytes, *by: Neighbour, later_s: int = 0) -> Witnessed:
    """What witnesses would tell of a head, now or later."""
    now_s = author.street.clock.now_ms() // 1000 + later_s
    lines = (
        sign_cosignature(head, each.identity.node_id, now_s, each.identity.node_key.sign)
        for each in by
    )
    return Witnessed(
        author_id=author.author_id,
        feed_id=author.feed_id,
        signed_head=head,
        cosignatures=tuple(lines),
    )


async def reading(
    street: Neighbourhood, roster: Roster = ROSTER
) -> tuple[list[Neighbour], Neighbour, Neighbour]:
    """Two witnesses, an author and a reader; the witnesses are the parents of both."""
    servers = await witnesses(street, roster=roster)
    anna = await leaf(street, servers)
    ben = await leaf(street, servers)
    await ben.follow(anna)
    await street.pass_time(5)
    return servers, anna, ben


@pytest.mark.attack("A143")
def test_news_that_a_holder_keeps_back_are_found_by_the_word_of_witnesses(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        _, anna, ben = await reading(street, WITNESSES_ALONE)
        await ben.stop()
        await anna.say("what nobody gives to ben")
        await street.pass_time(3)
        await anna.stop()  # whoever else holds it says that there is nothing new
        await ben.start()
        await street.pass_time(3)
        for each in street.neighbours[:2]:
            adopt(each, ben)
        finder = ben.running.feeds.finder
        await street.until(lambda: finder.unseen(anna.feed_id) == 1, within_s=40)
        assert inquiry(ben).kept_back(anna.feed_id) == 1
        await anna.start()
        await street.until(lambda: not inquiry(ben).kept_back(anna.feed_id), within_s=30)
        assert ben.reads(anna.author_id)[0] == "what nobody gives to ben"

    in_neighbourhood(tmp_path, script)


@pytest.mark.slow
@pytest.mark.attack("A144")
@pytest.mark.parametrize("size", ["the same", "larger", "smaller"])
def test_an_author_who_shows_witnesses_another_story_is_convicted(
    tmp_path: Path, size: str
) -> None:
    async def script(street: Neighbourhood) -> None:
        _, anna, ben = await reading(street)
        await anna.say("one", "two", "three")
        await street.pass_time(3)
        # A witness that the author asks first, with another story.
        (carl,) = await witnesses(street, 1)
        for each in (anna, ben):
            each.running.feeds.finder.hint([carl.endpoint])
        await street.pass_time(3)
        adopt(carl, anna)
        known = open_head(true_head(anna), anna.feed_id).size
        told = known + {"the same": 0, "larger": 4, "smaller": -1}[size]
        lie = signed(anna, told, b"another story of so many entries")
        anna.running.ground.layer.drop_parent(carl.identity.node_id)
        await say(
            anna, carl, Cosign(author_id=anna.author_id, feed_id=anna.feed_id, signed_head=lie)
        )
        adopt(carl, ben)
        inquiry(ben).questions.ask(anna.feed_id)
        await street.pass_time(5)
        if size == "larger":
            # Whether it contradicts ours, the entries between would tell, which nobody has.
            await street.pass_time(UNSEEN_AFTER_S + 5)
            assert inquiry(ben).kept_back(anna.feed_id) == 4
        else:
            assert ben.running.ground.shelf.is_forked(anna.feed_id)
            assert is_linked(ben, carl), "the witness is honest"
        assert ben.reads(anna.author_id)[0] == "three"

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A144")
def test_a_witness_that_was_shown_both_stories_gives_the_proof_to_whoever_asks(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        servers, anna, ben = await reading(street)
        size = open_head(true_head(anna), anna.feed_id).size
        lie = signed(anna, size, b"another story of so many entries")
        await say(
            anna,
            servers[0],
            Cosign(author_id=anna.author_id, feed_id=anna.feed_id, signed_head=lie),
        )
        await street.pass_time(2)
        inquiry(ben).questions.ask(anna.feed_id)
        await street.pass_time(30)
        assert ben.running.ground.shelf.is_forked(anna.feed_id)
        await servers[0].stop()
        await servers[0].start()
        assert servers[0].running.ground.memory is not None
        known = servers[0].ledger.read("witnessed")
        assert lie in known[anna.feed_id], "it is kept"

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A142")
@pytest.mark.parametrize(
    "lie", ["another's word", "another head's word", "altered", "garbage", "a false head"]
)
def test_a_false_word_ends_the_link_and_changes_nothing(tmp_path: Path, lie: str) -> None:
    async def script(street: Neighbourhood) -> None:
        servers, anna, ben = await reading(street)
        before = inquiry(ben).newest(anna.feed_id)
        assert before is not None
        true = words(anna, true_head(anna), servers[0])
        (line,) = true.cosignatures
        name = line.split(b" ")[1]
        other = words(anna, true_head(anna), servers[1]).cosignatures[0].split(b" ")[2]
        false = {
            "another's word": replace(
                true, cosignatures=(b"\xe2\x80\x94 " + name + b" " + other,)
            ),
            "altered": replace(true, signed_head=signed(anna, 9, bytes(32))),
            "garbage": replace(true, cosignatures=(b"so it is",)),
            "another head's word": replace(
                words(anna, signed(anna, 9, bytes(32)), servers[0]),
                cosignatures=(before.words[servers[0].identity.node_id].line,),
            ),
            "a false head": replace(true, signed_head=signed(ben, 9, bytes(32))),
        }
        await say(servers[0], ben, false[lie])
        assert not is_linked(ben, servers[0])
        assert inquiry(ben).newest(anna.feed_id) == before

    in_neighbourhood(tmp_path, script)


@pytest.mark.slow
@pytest.mark.attack("A142")
def test_a_witness_that_signs_an_older_head_after_a_newer_one_is_noticed(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        servers, anna, ben = await reading(street)
        old = true_head(anna)
        await anna.say("newer")
        await street.pass_time(5)
        before, told = seen_size(ben, anna), list[Misled]()
        ben.running.ground.events.connect((listens(Misled, told.append),))
        await street.pass_time(STEP_BACK_S)
        await say(servers[0], ben, words(anna, old, servers[0], later_s=5))
        assert [each.session for each in told] == [session(ben, servers[0])]
        assert seen_size(ben, anna) == before

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A146")
def test_an_author_with_a_thousand_witnesses_of_their_own_has_none(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ben = await street.move_in(knows=[anna])
        own = [await street.move_in() for _ in range(3)]
        await ben.follow(anna)
        await street.pass_time(3)
        await say(anna, ben, words(anna, true_head(anna), *own))
        assert sight(ben, anna) is None
        assert inquiry(ben).newest(anna.feed_id) is None
        assert is_linked(ben, anna)

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A142")
def test_a_word_from_the_future_is_passed_over(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        servers, anna, ben = await reading(street)
        await anna.say("newer")
        await street.pass_time(5)
        before = inquiry(ben).newest(anna.feed_id)
        await say(servers[0], ben, words(anna, true_head(anna), servers[0], later_s=10_000))
        assert inquiry(ben).newest(anna.feed_id) == before
        assert is_linked(ben, servers[0])

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A145")
def test_a_witness_answers_its_children_alone_and_a_flood_stays_small(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        (server,) = await witnesses(street, 1)
        anna = await street.move_in(knows=[server])
        await street.pass_time(2)
        asked = Cosign(
            author_id=anna.author_id, feed_id=anna.feed_id, signed_head=true_head(anna)
        )
        await say(anna, server, asked)
        assert server.ledger.read("witnessed") == {}, "it is no child"
        adopt(server, anna)
        await say(anna, server, *[asked] * 400)
        assert list(server.ledger.read("witnessed")) == [anna.feed_id]
        assert is_linked(anna, server)

    in_neighbourhood(tmp_path, script)


@pytest.mark.slow
@pytest.mark.attack("A145")
def test_a_witness_that_knows_less_again_and_again_is_asked_once_a_round(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        _, anna, ben = await reading(street)
        old = true_head(anna)
        await anna.say("newer")
        await street.pass_time(5)
        (carl,) = await witnesses(street, 1)
        ben.running.feeds.finder.hint([carl.endpoint])
        await street.pass_time(3)
        adopt(carl, ben)
        await street.pass_time(1)
        carl.running.ground.layer.serve(False)
        heard = street_counter(carl)
        for _ in range(20):
            await say(carl, ben, words(anna, old, carl))
        assert heard() <= 3

    in_neighbourhood(tmp_path, script)


def street_counter(at: Neighbour) -> Callable[[], int]:
    """Count the questions that a node hears from now on."""
    board, count = at.running.ground.switchboard, [0]
    row = board._rows[Cosign]

    async def counting(asker: Session, asked: Cosign) -> None:
        count[0] += 1
        hearing = row.run(asker, asked)
        if hearing is not None:
            await hearing

    board._rows[Cosign] = replace(row, run=counting)
    return lambda: count[0]
