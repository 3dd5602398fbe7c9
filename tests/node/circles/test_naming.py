"""Nothing that everybody can read speaks of a protected entry, opened here or not."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.profile import Pin
from swarmfeed.core.asks.withdrawing import Withdraw
from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import (
    Body,
    BoostBody,
    EditBody,
    PinBody,
    PostBody,
    ReactBody,
    decode_body,
)
from swarmfeed.errors import UserError

from tests.node.circles.street import PostOffice, ask, let_in, make, parts, post, with_circles
from tests.node.circles.test_circles_street import three


def body_at(of: Neighbour, ref: EntryRef) -> Body:
    """What an entry says, as everybody sees it."""
    (stored,) = of.running.ground.shelf.read_entries(ref.feed_id, ref.index, ref.index + 1)
    entry = decode_entry(stored)
    assert entry.body is not None
    return decode_body(entry.kind, entry.body)


def naming(ref: EntryRef) -> tuple[Body, ...]:
    return (
        PostBody("I do", reply=ref),
        PostBody("look", quote=ref),
        PostBody("below", root=ref),
        ReactBody(ref, "!"),
        BoostBody(ref),
        PinBody(ref),
    )


@pytest.mark.attack("A194")
def test_nothing_public_speaks_of_a_protected_post(tmp_path: Path) -> None:
    """Reactions and boosts are protected for the same people; a quote for others is refused."""

    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        await make(anna)
        await make(ben, "Others")
        await let_in(anna, ben)
        written = await post(anna, "for friends", to="Friends")
        await street.pass_time(5)
        writer = ben.running.feeds.writer
        for body in (ReactBody(written.ref, "!"), BoostBody(written.ref)):
            assert body_at(ben, await writer.publish(body)).kind == "protected"
        for to in ("", "Others"):
            with pytest.raises(UserError, match="only some people"):
                await writer.publish(PostBody("look", quote=written.ref), to)
            with pytest.raises(UserError, match="only some people"):
                await writer.publish(PostBody("below", root=written.ref), to)
        with pytest.raises(UserError, match="stays among them"):
            await post(ben, "I do", to="Others", reply_to=ref_text(written.ref))

    with_circles(tmp_path, scenario)


@pytest.mark.attack("A194")
def test_nor_does_who_cannot_open_it(tmp_path: Path) -> None:
    """Cleo holds the entry, sealed: nothing of hers names it."""

    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, _, cleo = await three(street)
        await make(anna)
        written = await post(anna, "for friends", to="Friends")
        await street.pass_time(5)
        size = cleo.running.ground.shelf.end_of(cleo.feed_id)
        for body in naming(written.ref):
            with pytest.raises(UserError, match="only some people"):
                await cleo.running.feeds.writer.publish(body)
        with pytest.raises(UserError, match="not open on this device"):
            await cleo.running.feeds.writer.publish_post("I do", written.ref)
        assert cleo.running.ground.shelf.end_of(cleo.feed_id) == size

    with_circles(tmp_path, scenario)


@pytest.mark.attack("A194")
def test_nor_does_its_author(tmp_path: Path) -> None:
    """It is not pinned; and where it is closed, or was withdrawn, nothing is said of it."""

    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, _, _ = await three(street)
        await make(anna)
        written = await post(anna, "for friends", to="Friends")
        gone = await post(anna, "not even for friends", to="Friends")
        with pytest.raises(UserError, match="cannot be pinned"):
            await ask(anna, Pin(ref=ref_text(written.ref)))
        await ask(anna, Withdraw(ref=ref_text(gone.ref)))
        parts(anna).opener.forget(anna.feed_id)
        await parts(anna).opener.look(())
        for ref in (written.ref, gone.ref):
            for body in (*naming(ref), EditBody(ref.index, "for all")):
                with pytest.raises(UserError, match="only some people"):
                    await anna.running.feeds.writer.publish(body)

    with_circles(tmp_path, scenario)


@pytest.mark.attack("A194")
def test_a_thread_that_is_public_begins_below_what_is_not(tmp_path: Path) -> None:
    """Cleo's program knows no rule and answers the protected post where all see it: who answers
    her does not name it again, whether they can read it, like Ben, or not."""

    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await ben.follow(cleo)
        await make(anna)
        await let_in(anna, ben)
        written = await post(anna, "for friends", to="Friends")
        await street.pass_time(5)
        loud = await said_without_rules(cleo, written)
        await street.pass_time(5)
        for who in (ben, cleo):
            ref = (await post(who, "hush", reply_to=ref_text(loud))).ref
            assert body_at(who, ref) == PostBody("hush", reply=loud, root=loud)

    with_circles(tmp_path, scenario)


async def said_without_rules(who: Neighbour, written: PostView) -> EntryRef:
    writer = who.running.feeds.writer

    async def for_all(body: Body, to: str = "") -> Circle | None:
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "_circle_of", for_all)
        return await writer.publish(PostBody("what is this?", reply=written.ref))
