"""Older posts than supernodes keep: who holds them is known, and shows them with proofs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.network import NetworkPosts, SearchNetwork
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.address import format_author
from swarmfeed.core.feed.proven import ProvenPost, check_post
from swarmfeed.core.library.limits import DELVE_BURST, TELL_EVERY_S
from swarmfeed.core.library.words import Delve, Delved, NotDelved
from swarmfeed.node.library.role import LibraryParts

from tests.node.push.street import adopt, in_street, misled, supernodes

OLD_MS = 1_500_000_000_000
"""Years before the window of supernodes."""


async def search(who: Neighbour, words: str, **asked: object) -> NetworkPosts:
    ask = SearchNetwork(words=words, **asked)  # type: ignore[arg-type]
    found: NetworkPosts = await who.running.ground.answering.answer(ask)
    return found


def texts(found: NetworkPosts) -> list[str]:
    return [post.text for post in found.posts]


async def remember(who: Neighbour, *said: str) -> None:
    """Write posts of long ago."""
    posts = [OldPost(OLD_MS + number, text) for number, text in enumerate(said)]
    await who.running.feeds.importer.import_posts(posts)


async def town(street: Neighbourhood) -> tuple[Neighbour, Neighbour, Neighbour, Neighbour]:
    """Two supernodes, who hold nothing; ben, who wrote long ago; cyd, who follows him and is a
    child of the first; and anna, who knows neither, a child of both.  Ben is gone."""
    first, second = await supernodes(street, 2)
    ben = await street.move_in()
    await remember(ben, "green tea", "black tea", "coffee")
    cyd = await street.move_in(knows=[ben])
    await cyd.follow(ben)
    await street.until(lambda: len(cyd.reads(ben.author_id)) == 3, within_s=30)
    await adopt(street, cyd, first)
    anna = await street.move_in()
    for parent in (first, second):
        await adopt(street, anna, parent)
    await ben.stop()
    await street.pass_time(5)
    return first, ben, cyd, anna


@pytest.mark.slow
def test_what_is_older_than_the_window_is_found_at_who_holds_it(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, ben, cyd, anna = await town(street)
        assert first.root(ben.feed_id) is None, "it holds nothing of ben"
        recent = await search(anna, "tea")
        assert (texts(recent), recent.goes_further, recent.holders_asked) == ([], True, 0)
        found = await search(anna, "tea", older=True)
        assert texts(found) == ["black tea", "green tea"]
        assert (found.holders_asked, found.goes_further, found.untrue) == (1, False, 0)
        (of_cyd,) = [each for each in found.answers if each.holds]
        assert (of_cyd.node, of_cyd.posts) == (cyd.identity.node_id, 2)
        # Where the words say such a time nobody need say more.
        assert texts(await search(anna, "tea until:2018")) == ["black tea", "green tea"]
        named = f"from:{format_author(ben.author_id)} since:2016"
        assert texts(await search(anna, named)) == ["coffee", "black tea", "green tea"]
        assert texts(await search(anna, "tea order:best until:2018 -green")) == ["black tea"]
        page = await search(anna, "tea", older=True, limit=1)
        assert (texts(page), page.next is None) == (["black tea"], False)
        page = await search(anna, "tea", limit=1, before=page.next)
        assert (texts(page), page.next) == (["green tea"], None)

    in_street(tmp_path, script)


async def answers_of(who: Neighbour, typed: str) -> Delved | NotDelved:
    return await who.running.parts(LibraryParts).delving.look(Delve(bytes(8), typed, 20))


def test_a_holder_shows_the_newest_texts_and_nothing_withdrawn(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        ben = await street.move_in()
        await remember(ben, "tea one", "tea two", "tea three")
        first, second, _ = reversed(ben.index.author_posts(ben.author_id, 3, None))
        desk = ben.running.ground.answering
        await desk.answer(Withdraw(ref=ref_text(first.ref)))
        await desk.answer(Edit(ref=ref_text(second.ref), text="tea four"))
        found = await answers_of(ben, "tea")
        assert isinstance(found, Delved) and not found.more
        assert [check_post(each, 2**60).written.post.text for each in found.hits] == [
            "tea three",
            "tea four",
        ]
        assert isinstance(await answers_of(ben, "-tea"), NotDelved)
        by_name = await answers_of(ben, 'from:"neighbour 1"')
        assert isinstance(by_name, Delved) and by_name.hits == (), "names are not asked for"

    in_street(tmp_path, script)


Lie = Callable[[Delved], Delved]

LIES: dict[str, Lie] = {
    "another text": lambda told: replace(told, hits=tuple(map(other_text, told.hits))),
    "each twice": lambda told: replace(told, hits=told.hits * 2),
    "more than nothing": lambda told: replace(told, hits=(), more=True),
}


def other_text(hit: ProvenPost) -> ProvenPost:
    stored = hit.post.stored.replace(b"tea", b"pee")
    return replace(hit, post=replace(hit.post, stored=stored))


@pytest.mark.slow
@pytest.mark.attack("A162")
@pytest.mark.parametrize("lie", LIES)
def test_of_a_holder_who_lies_nothing_is_shown(tmp_path: Path, lie: str) -> None:
    async def script(street: Neighbourhood) -> None:
        _, _, cyd, anna = await town(street)
        delving = cyd.running.parts(LibraryParts).delving
        honest = delving.look

        async def look(asked: Delve) -> Delved | NotDelved:
            told = await honest(asked)
            return LIES[lie](told) if isinstance(told, Delved) else told

        delving.look = look  # type: ignore[method-assign]  # it lies
        told = misled(anna)
        found = await search(anna, "tea", older=True)
        assert (texts(found), found.holders_asked, found.untrue) == ([], 1, 1)
        assert [each.session.node_id for each in told] == [cyd.identity.node_id]

    in_street(tmp_path, script)


@pytest.mark.attack("A163")
def test_who_asks_a_holder_again_and_again_is_refused(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        _, _, cyd, anna = await town(street)
        found = [await search(anna, f"tea {n}", older=True) for n in range(DELVE_BURST + 2)]
        answered = [any(each.holds for each in one.answers) for one in found]
        assert answered == [True] * DELVE_BURST + [False] * 2
        assert cyd.running.parts(LibraryParts).delving.waiting == 0

    in_street(tmp_path, script)


def test_a_parent_is_told_what_comes_and_goes_and_forgets_who_leaves(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, ben, cyd, _ = await town(street)
        catalogue = first.running.parts(LibraryParts).librarian.catalogue
        (holder,) = catalogue.holders_of([ben.author_id])
        assert holder.node_id == cyd.identity.node_id and holder.entries >= 3
        dan = await street.move_in()
        await cyd.follow(dan)
        cyd.running.ground.shelf.drop_feed(ben.feed_id)
        await street.pass_time(TELL_EVERY_S + 5)
        assert catalogue.holders_of([ben.author_id]) == []
        (holder,) = catalogue.holders_of([dan.author_id])
        assert holder.node_id == cyd.identity.node_id
        assert len(catalogue) == 3, "cyd's own feed, dan's, and anna's own"
        first.running.ground.layer.drop_child(cyd.identity.node_id)
        assert len(catalogue) == 1

    in_street(tmp_path, script)
