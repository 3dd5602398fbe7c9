"""Searching the network: two supernodes, and a leaf that believes neither."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.network import NetworkPosts, SearchNetwork
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.lookup import sentences
from swarmfeed.core.lookup.limits import OMISSIONS_BORNE, SETTLED_MS
from swarmfeed.core.lookup.words import Recall, Search, SearchFound
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import Misled, PostSeen, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.lookup.role import LookupParts, lookup_role
from swarmfeed.node.role import Role
from swarmfeed.node.roster import ROSTER

Lie = Callable[[SearchFound], SearchFound | None]
"""What becomes of an honest answer; None: it is never given."""


async def search(
    who: Neighbour, words: str, before: Cursor | None = None, limit: int = 50
) -> NetworkPosts:
    ask = SearchNetwork(words=words, before=before, limit=limit)
    return await who.running.ground.answering.answer(ask)


def adopt(parent: Neighbour, child: Neighbour) -> None:
    """As the election does."""
    session = child.running.ground.sessions.find(parent.identity.node_id)
    assert session is not None, "they are not linked"
    child.running.ground.layer.add_parent(session)


def texts(found: NetworkPosts) -> list[str]:
    return [post.text for post in found.posts]


def misled(who: Neighbour) -> list[str]:
    """What it tells of parents from now on."""
    told: list[str] = []
    note = listens(Misled, lambda event: told.append(event.why))
    who.running.ground.events.connect([note])
    return told


async def three(
    street: Neighbourhood, lie: Lie | None = None
) -> tuple[Neighbour, Neighbour, Neighbour]:
    """Two who serve and hold what ben writes, ben, and a leaf that knows nobody else.

    Returns the second supernode, which may be a liar, ben and the leaf.
    """
    first = await street.move_in(relays=True)
    roster = None if lie is None else replace(ROSTER, roles=lying(lie))
    second = await street.move_in(relays=True, roster=roster)
    ben = await street.move_in(knows=[first, second])
    leaf = await street.move_in(knows=[first, second])
    for supernode in (first, second):
        await supernode.follow(ben)
        adopt(supernode, leaf)
    return second, ben, leaf


def lying(lie: Lie) -> tuple[Callable[[Ground, Feeds], Role], ...]:
    """The roles of a node that answers searches falsely."""

    def liar(ground: Ground, feeds: Feeds) -> Role:
        role = lookup_role(ground, feeds)
        assert isinstance(role.parts, LookupParts)
        searching = role.parts.searching

        async def answer(session: Session, asked: Search | Recall) -> None:
            found = await searching.look(asked)
            assert isinstance(found, SearchFound)
            told = lie(found)
            if told is not None:
                await session.send(told)

        def on_search(session: Session, asked: Search | Recall) -> None:
            session.outbox.put(("lie", asked.search), partial(answer, session, asked))

        lies = (hears(Search, on_search), hears(Recall, on_search))
        return replace(role, hears=(*lies, *role.hears[2:]))

    return tuple(liar if each is lookup_role else each for each in ROSTER.roles)


@pytest.mark.slow
def test_a_stranger_who_is_away_is_found_by_way_of_parents(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        supernode, ben, leaf = await three(street)
        await ben.say("green tea", "black tea", "coffee")
        await street.pass_time(3)
        await ben.stop()
        found = await search(leaf, "tea")
        assert texts(found) == ["black tea", "green tea"]
        assert (found.asked, found.answered, found.untrue, found.left_out) == (2, 2, 0, 0)
        post = found.posts[0]
        assert (post.author_id, post.author_name) == (ben.author_id, "neighbour 3")
        assert post.far and not post.namesake
        assert texts(await search(leaf, "tea -green")) == ["black tea"]
        assert texts(await search(leaf, "nothing")) == []
        # A supernode looks at home and asks another one; what it holds itself is not far.
        assert not (await search(supernode, "coffee")).posts[0].far

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_names_stand_for_whom_the_asker_knows_by_them(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, ben, leaf = await three(street)
        await ben.say("tea")
        await leaf.say("tea of mine")
        await street.pass_time(3)
        assert texts(await search(leaf, 'tea from:"neighbour 3"')) == []
        await leaf.follow(ben)
        await street.pass_time(3)
        assert texts(await search(leaf, 'tea from:"neighbour 3"')) == ["tea"]
        found = await search(leaf, "tea")
        assert sorted(texts(found)) == ["tea", "tea of mine"]
        assert [post.far for post in found.posts] == [False, False]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_page_follows_on_page(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, ben, leaf = await three(street)
        await ben.say(*(f"tea {number}" for number in range(7)))
        await street.pass_time(3)
        pages, found, before = list[int](), list[str](), None
        for _ in range(4):
            page = await search(leaf, "tea", before, limit=3)
            pages.append(len(page.posts))
            found += texts(page)
            before = page.next
            if before is None:
                break
        assert pages == [3, 3, 1]
        assert sorted(found) == [f"tea {number}" for number in range(7)]
        best = await search(leaf, "tea order:best", limit=3)
        assert len(best.posts) == 3 and best.next is None

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_what_is_withdrawn_is_found_no_more_and_what_is_edited_is_new(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, ben, leaf = await three(street)
        await ben.say("tea one", "tea two")
        await street.pass_time(3)
        first, second = reversed(ben.index.author_posts(ben.author_id, 2, None))
        desk = ben.running.ground.answering
        await desk.answer(Withdraw(ref=ref_text(first.ref)))
        await desk.answer(Edit(ref=ref_text(second.ref), text="tea three"))
        await street.pass_time(3)
        assert texts(await search(leaf, "tea")) == ["tea three"]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_what_others_pass_on_is_found_and_goes_with_a_damaged_file(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        supernode, ben, leaf = await three(street)
        await ben.say("tea")
        await street.pass_time(3)
        (hit,) = (await heard_of(supernode, "tea")).hits
        other = await street.move_in(relays=True, knows=[leaf])
        other.running.ground.events.tell(PostSeen(hit))
        false = replace(hit, post=replace(hit.post, index=hit.post.index + 1))
        other.running.ground.events.tell(PostSeen(false))
        await street.pass_time(1)
        assert texts(await search(other, "tea")) == ["tea"]
        kept = other.running.parts(LookupParts)
        assert kept.keeper.waiting == 0
        for left in (["tea"], []):  # damage that is not found again, and comes again
            kept.keeper.mend()
            await street.pass_time(1)
            assert texts(await search(other, "tea")) == left

    in_neighbourhood(tmp_path, scenario)


async def heard_of(supernode: Neighbour, words: str) -> SearchFound:
    asked = Search(bytes(8), words, (), 50)
    found = await supernode.running.parts(LookupParts).searching.look(asked)
    assert isinstance(found, SearchFound)
    return found


def test_where_nobody_serves_that_is_said(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        alone = await street.move_in()
        found = await search(alone, "tea")
        assert (found.posts, found.asked, found.answered) == ((), 0, 0)
        with pytest.raises(UserError):
            await search(alone, "-tea")
        # One that is known serves no longer, and says so.
        other = await street.move_in()
        known = Supernode(node_id=other.identity.node_id, endpoint=other.endpoint)
        alone.running.ground.layer.know((known,))
        with pytest.raises(RetryError, match="gave no answer"):
            await search(alone, "tea")

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_new_supernode_copies_what_others_have(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        first = await street.move_in(relays=True)
        ben = await street.move_in(knows=[first])
        await first.follow(ben)
        await ben.say(*(f"tea {number}" for number in range(120)))
        await street.pass_time(3)
        await ben.stop()
        third = await street.move_in(relays=True, knows=[first])
        copier = third.running.parts(LookupParts).copier
        await street.until(lambda: copier.copied == 120, within_s=60)
        await street.pass_time(10)
        assert copier.copied == 120
        await first.stop()
        found = await search(third, "tea 77")
        assert (texts(found), found.answered) == (["tea 77"], 1)
        assert found.since_ms > found.posts[0].time_ms, "nobody swears that it is all"

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A130")
def test_of_false_posts_nothing_is_copied(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        liar, ben, _ = await three(street, lambda found: altered(found, other_text))
        await ben.say("tea")
        await street.pass_time(3)
        third = await street.move_in(relays=True, knows=[liar])
        told = misled(third)
        await street.until(lambda: bool(told), within_s=30)
        await street.pass_time(20)
        assert told == [sentences.TOLD_FALSE_POSTS()]
        assert third.running.parts(LookupParts).copier.copied == 0

    in_neighbourhood(tmp_path, scenario)


# --- liars ----------------------------------------------------------------------------------


def altered(found: SearchFound, change: Callable[[ProvenPost], ProvenPost]) -> SearchFound:
    first, *others = found.hits
    return replace(found, hits=(change(first), *others))


def other_text(hit: ProvenPost) -> ProvenPost:
    stored = hit.post.stored.replace(b"tea", b"pee")
    return replace(hit, post=replace(hit.post, stored=stored))


FALSE: dict[str, Lie] = {
    "forges": lambda found: altered(found, other_text),
    "gives it to somebody else": lambda found: altered(
        found, lambda hit: replace(hit, certificates=())
    ),
    "shows each twice": lambda found: replace(found, hits=found.hits * 2),
    "says that there is more than nothing": lambda found: replace(found, hits=(), more=True),
}


@pytest.mark.slow
@pytest.mark.attack("A130")
@pytest.mark.parametrize("lie", FALSE)
def test_a_liar_is_noticed_and_the_other_one_is_shown(tmp_path: Path, lie: str) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, ben, leaf = await three(street, FALSE[lie])
        await ben.say("tea one", "tea two")
        await street.pass_time(3)
        told = misled(leaf)
        found = await search(leaf, "tea")
        assert texts(found) == ["tea two", "tea one"]
        assert (found.asked, found.answered, found.untrue) == (2, 1, 1)
        assert len(told) == 1

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A130")
def test_an_answer_to_something_else_is_a_lie(tmp_path: Path) -> None:
    """Replayed: true posts, and not what was asked for."""
    kept: list[SearchFound] = []

    def replay(found: SearchFound) -> SearchFound:
        kept.append(found)
        return replace(kept[0], search=found.search)

    async def scenario(street: Neighbourhood) -> None:
        _, ben, leaf = await three(street, replay)
        await ben.say("tea", "coffee")
        await street.pass_time(3)
        assert texts(await search(leaf, "tea")) == ["tea"]
        found = await search(leaf, "coffee")
        assert (texts(found), found.untrue) == (["coffee"], 1)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A131")
def test_who_keeps_posts_back_is_noticed_and_told_of_in_the_end(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, ben, leaf = await three(street, lambda found: replace(found, hits=found.hits[1:]))
        await ben.say("tea one", "tea two")
        told = misled(leaf)
        young = await search(leaf, "tea")
        assert (len(young.posts), young.left_out) == (2, 0)  # it may be on its way still
        await street.pass_time(SETTLED_MS // 1000 + 3)
        for _ in range(OMISSIONS_BORNE + 1):
            assert told == []
            found = await search(leaf, "tea")
            assert (len(found.posts), found.left_out) == (2, 1)
        assert told == [sentences.KEPT_BACK(searches=OMISSIONS_BORNE + 1)]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A131")
def test_who_keeps_back_what_we_told_it_ourselves_is_noticed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        liar, _, leaf = await three(street, lambda found: replace(found, hits=()))
        other = leaf.running.ground.layer.parents[0]
        leaf.running.ground.layer.drop_parent(other.node_id)
        await street.pass_time(1)
        await leaf.say("tea of mine", "coffee")
        young = await search(leaf, "tea")
        assert young.left_out == 0
        await street.pass_time(SETTLED_MS // 1000 + 5)
        assert leaf.running.ground.layer.is_parent(liar.identity.node_id)
        assert (await search(leaf, "tea")).left_out == 1
        assert (await search(leaf, "tea lang:de")).left_out == 0
        assert (await search(leaf, "cocoa")).left_out == 0

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A132")
def test_who_never_answers_is_not_waited_for(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, ben, leaf = await three(street, lambda _: None)
        await ben.say("tea")
        await street.pass_time(3)
        found = await search(leaf, "tea")
        assert (texts(found), found.asked, found.answered) == (["tea"], 2, 1)

    in_neighbourhood(tmp_path, scenario)
