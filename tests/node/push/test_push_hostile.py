"""A parent that lies: nothing false is shown, and what is true comes by the other one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.push.limits import (
    FALSE_PUSHES_MAX,
    GIVEN_BURST,
    IDS_PER_MESSAGE_MAX,
    LEFT_OUT_MAX,
)
from swarmfeed.core.push.posting import id_of
from swarmfeed.core.push.words import GivePosts, HasPosts, Listen, Posted
from swarmfeed.core.talk.message import Message
from swarmfeed.node.ground.session import Session
from swarmfeed.node.push.role import Push

from tests.node.push.street import (
    Neighbour,
    Neighbourhood,
    as_supernode,
    heard,
    in_street,
    kept,
    leaf,
    link,
    misled,
    subscribe,
    supernodes,
)

pytestmark = pytest.mark.slow

Change = Callable[[Message], list[Message]]


def bend(session: Session, change: Change) -> None:
    """Let a node say something else over one of its links than it means to."""
    say = session.peer.send

    async def send(message: Message) -> None:
        for each in change(message):
            await say(each)

    session.peer.send = send  # type: ignore[method-assign]  # it lies


def each_posting(change: Callable[[ProvenPost], ProvenPost]) -> Change:
    def changed(message: Message) -> list[Message]:
        if isinstance(message, Posted):
            return [replace(message, posts=tuple(map(change, message.posts)))]
        return [message]

    return changed


def with_entry(posting: ProvenPost, **changes: Any) -> ProvenPost:
    return replace(posting, post=replace(posting.post, **changes))


def other_words(posting: ProvenPost) -> ProvenPost:
    return with_entry(posting, stored=posting.post.stored.replace(b"news", b"lies"))


def other_proof(posting: ProvenPost) -> ProvenPost:
    return with_entry(posting, proof=(*posting.post.proof[:-1], Hash(bytes(32))))


def another_place(posting: ProvenPost) -> ProvenPost:
    return with_entry(posting, index=posting.post.index - 1)


def nobodys_feed(posting: ProvenPost) -> ProvenPost:
    return replace(posting, certificates=())


async def leaf_of_a_liar(
    street: Neighbourhood, change: Change, supernodes_in_all: int = 2
) -> tuple[Neighbour, Neighbour, Neighbour]:
    """Who listens, with a liar as the first parent; who writes; and the liar."""
    liar, honest, *others = await supernodes(street, supernodes_in_all)
    anna, ben = await leaf(street, liar, honest), await leaf(street, honest)
    anna.running.ground.layer.know(tuple(map(as_supernode, (liar, honest, *others))))
    await subscribe(street, anna, "news", "lies")
    await street.pass_time(40)
    bend(link(liar, anna), change)
    return anna, ben, liar


@pytest.mark.attack("A120")
@pytest.mark.parametrize("lie", [other_words, other_proof, another_place, nobodys_feed])
def test_what_is_altered_is_not_shown_and_what_is_true_comes_by_the_other(
    tmp_path: Path, lie: Callable[[ProvenPost], ProvenPost]
) -> None:
    async def script(street: Neighbourhood) -> None:
        anna, ben, liar = await leaf_of_a_liar(street, each_posting(lie))
        told = misled(anna)
        await ben.say("good news")
        await street.pass_time(3)
        assert heard(anna, "news") == ["good news"]
        assert heard(anna, "lies") == []
        assert [each.session.node_id for each in told] == [liar.identity.node_id]
        assert anna.running.ground.sessions.find(liar.identity.node_id) is None

    in_street(tmp_path, script)


@pytest.mark.attack("A121")
@pytest.mark.parametrize("supernodes_in_all", [2, 3])
def test_what_a_parent_leaves_out_comes_by_the_other_and_is_noticed(
    tmp_path: Path, supernodes_in_all: int
) -> None:
    def nothing(message: Message) -> list[Message]:
        return [] if isinstance(message, Posted) else [message]

    async def script(street: Neighbourhood) -> None:
        anna, ben, liar = await leaf_of_a_liar(street, nothing, supernodes_in_all)
        told = misled(anna)
        for number in range(LEFT_OUT_MAX):
            await ben.say(f"news {number}")
            await street.pass_time(2)
            assert heard(anna, "news")[0] == f"news {number}"
            assert told == []
        await street.pass_time(40)
        assert [each.session.node_id for each in told] == [liar.identity.node_id]
        assert len(kept(anna)) == LEFT_OUT_MAX

    in_street(tmp_path, script)


@pytest.mark.attack("A121")
def test_who_makes_up_posts_does_not_have_the_honest_parent_replaced(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        anna, _, liar = await leaf_of_a_liar(street, lambda message: [message])
        told, session = misled(anna), link(liar, anna)
        for number in range(3 * LEFT_OUT_MAX):
            await session.peer.send(HasPosts((Hash(bytes([number]) * 32),)))
            await street.pass_time(2)
        await street.pass_time(40)
        assert told == []

    in_street(tmp_path, script)


@pytest.mark.attack("A168")
def test_who_shows_true_posts_to_one_alone_does_not_have_the_honest_parent_replaced(
    tmp_path: Path,
) -> None:
    """They were never published, so the honest one cannot name them; nor can a third."""
    hidden = list[ProvenPost]()

    def hide(message: Message) -> list[Message]:
        hidden.extend(message.posts if isinstance(message, Posted) else ())
        return [] if isinstance(message, Posted | HasPosts) else [message]

    async def script(street: Neighbourhood) -> None:
        anna, ben, liar = await leaf_of_a_liar(street, lambda message: [message], 3)
        told, session = misled(anna), link(liar, anna)
        for parent in ben.running.ground.layer.parents:
            bend(parent, hide)
        for number in range(LEFT_OUT_MAX + 2):
            await ben.say(f"news {number}")
            await street.pass_time(2)
            await session.peer.send(Posted((hidden[-1],)))
            await street.pass_time(2)
            assert heard(anna, "news")[0] == f"news {number}", "it is true, and shown"
        await street.pass_time(60)
        assert len(hidden) == LEFT_OUT_MAX + 2
        assert told == []

    in_street(tmp_path, script)


@pytest.mark.attack("A122")
def test_what_is_brought_again_late_or_unasked_is_not_shown_and_is_counted(
    tmp_path: Path,
) -> None:
    said = list[Posted]()

    def note(message: Message) -> list[Message]:
        said.extend([message] if isinstance(message, Posted) else [])
        return [message]

    async def script(street: Neighbourhood) -> None:
        anna, ben, liar = await leaf_of_a_liar(street, note)
        cyd = await leaf(street, liar)
        await subscribe(street, cyd, "weather")
        bend(link(liar, cyd), note)
        told = misled(anna)
        await ben.say("news")
        await street.pass_time(1)
        session = link(liar, anna)
        for _ in range(3):
            await session.peer.send(said[0])
        await street.pass_time(2)
        assert (heard(anna, "news"), told) == (["news"], [])
        said.clear()
        for number in range(FALSE_PUSHES_MAX):
            await ben.say(f"weather {number}")
        await street.pass_time(1)
        for each in list(said):
            await session.peer.send(each)
        await street.pass_time(1)
        assert heard(anna, "weather") == []
        assert [each.session.node_id for each in told] == [liar.identity.node_id]

    in_street(tmp_path, script)


@pytest.mark.attack("A122")
def test_a_post_of_yesterday_is_not_passed_on(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street, first), await leaf(street, second)
        await subscribe(street, anna, "news")
        ben.clock.ahead_ms = -2 * 3_600_000
        await ben.say("news of yesterday")
        await street.pass_time(2)
        assert heard(anna, "news") == []

    in_street(tmp_path, script)


@pytest.mark.attack("A125")
def test_a_child_is_told_once_what_passed_by_before_it_came(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        (parent,) = await supernodes(street, 1)
        ben = await leaf(street, parent)
        await ben.say("good news")
        anna = await leaf(street, parent)
        named: list[Message] = []

        def note(message: Message) -> list[Message]:
            named.extend([message] if isinstance(message, HasPosts) else [])
            return [message]

        bend(link(parent, anna), note)
        await subscribe(street, anna, "news")
        await street.pass_time(3)
        named.clear()
        for _ in range(5):
            await link(anna, parent).peer.send(Listen(again=True))
            await street.pass_time(1)
        assert named == []

    in_street(tmp_path, script)


@pytest.mark.attack("A161")
def test_who_asks_for_posts_again_and_again_is_given_so_many(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        (first,) = await supernodes(street, 1)
        anna, ben = await leaf(street, first), await leaf(street, first)
        await ben.say("news", "more news")
        await street.pass_time(1)
        posts = ben.index.author_posts(ben.author_id, 2, None)
        one, other = (
            GivePosts((id_of(ref.feed_id, ref.index, ref.entry_hash),) * IDS_PER_MESSAGE_MAX)
            for ref in (post.ref for post in posts)
        )
        mailroom, session = first.running.parts(Push).mailroom, link(first, anna)
        for _ in range(GIVEN_BURST // IDS_PER_MESSAGE_MAX):
            mailroom.on_give(session, one)
        assert len(session.outbox) == 1
        mailroom.on_give(session, other)
        assert len(session.outbox) == 1, "it is given nothing more"
        await street.pass_time(1)
        mailroom.on_give(session, other)
        assert len(session.outbox) == 1

    in_street(tmp_path, script)
