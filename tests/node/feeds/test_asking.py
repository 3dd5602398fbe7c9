"""Whom the node asks for whom: few from everybody, many in parts, and nobody is waited for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.talk.limits import (
    AT_LEISURE_WITHIN_S,
    AUTHORS_ASKED_OF_ALL,
    AUTHORS_UNANSWERED_MAX,
    NEW_AUTHORS_ASKED_AT_ONCE,
)
from swarmfeed.core.talk.words import NotHeld, Want, WantedAuthor, WantedFeed
from swarmfeed.node.feeds.asking import AskingSide
from swarmfeed.node.ground.events import LinkClosed, LinkStays
from swarmfeed.node.ground.interests import FOLLOWED
from swarmfeed.node.ground.session import Session

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk

AT_ONCE = NEW_AUTHORS_ASKED_AT_ONCE
PATIENCE_S = 20


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than any of these takes on a busy machine."""
    asking = "swarmfeed.node.feeds.asking"
    monkeypatch.setattr(f"{asking}.UNANSWERED_S", PATIENCE_S)
    monkeypatch.setattr(f"{asking}.UNANSWERED_WHILE_IT_ANSWERS_S", 4 * PATIENCE_S)


def strangers(count: int) -> list[AuthorId]:
    return [AuthorId(number.to_bytes(2, "big") * 16) for number in range(1, count + 1)]


def care_for(to: Talk, authors: Sequence[AuthorId]) -> None:
    for each in authors:
        to.care(each, FOLLOWED)


def open_link(to: Talk, number: int) -> Session:
    session = to.link(number)
    to.node.feeds.asking.on_stays(LinkStays(session))
    return session


async def asked(to: Talk, session: Session) -> list[AuthorId]:
    """Authors it was asked for since the last time, the own one aside."""
    own = to.node.ground.identity.author_id
    wants = [each for each in await to.said(session) if isinstance(each, Want)]
    return [each.author_id for want in wants for each in want.authors if each.author_id != own]


async def hold_nothing(to: Talk, session: Session, authors: Sequence[AuthorId]) -> None:
    await to.hear(session, *map(NotHeld, authors))


def test_few_new_authors_are_asked_of_everybody_at_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors = strangers(AUTHORS_ASKED_OF_ALL)
        care_for(to, authors)
        for number in (1, 2):
            assert await asked(to, open_link(to, number)) == authors

    talk(tmp_path, script)


def test_of_many_each_peer_is_asked_for_a_part_and_for_more_as_it_answers(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        authors = strangers(5 * AT_ONCE)
        care_for(to, authors)
        one, other = open_link(to, 1), open_link(to, 2)
        first = await asked(to, one)
        assert first == authors[:AT_ONCE]
        assert await asked(to, other) == authors[AT_ONCE : 2 * AT_ONCE]
        assert await asked(to, one) == [], "it has not answered"
        await hold_nothing(to, one, first[: AT_ONCE // 2])
        assert await asked(to, one) == authors[2 * AT_ONCE : 3 * AT_ONCE], "before it runs dry"

    talk(tmp_path, script)


def test_a_peer_that_answers_is_asked_for_more_at_once_up_to_a_bound(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        care_for(to, strangers(20 * AT_ONCE))
        one = open_link(to, 1)
        side = one.part(AskingSide)
        for _ in range(8):
            await hold_nothing(to, one, await asked(to, one))
        assert side.unanswered_max == AUTHORS_UNANSWERED_MAX
        assert len(side.unanswered) <= AUTHORS_UNANSWERED_MAX

    talk(tmp_path, script)


def test_who_wants_heads_is_answered_between_our_own_wants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.asking.AUTHORS_ASKED_AT_ONCE", 2)

    async def script(to: Talk) -> None:
        care_for(to, strangers(5))
        peer = open_link(to, 1)
        await to.hear(peer, Want((WantedAuthor(AuthorId(bytes(32)), ()),)))
        assert await to.kinds_said(peer) == ["Want", "NotHeld", "Want", "Want"]

    talk(tmp_path, script)


def test_what_one_peer_gave_others_are_asked_for_with_its_size(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(3)
        authors = [anna.author_id, *strangers(AUTHORS_ASKED_OF_ALL)]
        care_for(to, authors)
        one, other = open_link(to, 1), open_link(to, 2)
        assert await asked(to, one) == authors
        assert await asked(to, other) == [], "one is enough, while it may answer"
        await to.hear(one, anna.offer())
        await asyncio.sleep(AT_LEISURE_WITHIN_S)
        said = [each for each in await to.said(other) if isinstance(each, Want)]
        wanted = WantedAuthor(anna.author_id, (WantedFeed(anna.feed_id, 3),))
        assert said == [Want((wanted,))]
        assert await asked(to, one) == []

    talk(tmp_path, script)


def test_what_is_held_since_is_asked_of_others_when_nobody_waits_for_heads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = 1_000_000  # while a thread works, time runs from timer to timer
    monkeypatch.setattr("swarmfeed.node.ground.leisure.AT_LEISURE_WITHIN_S", never)
    monkeypatch.setattr("swarmfeed.node.feeds.asking.UNANSWERED_S", never)

    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(3)
        others = strangers(AUTHORS_ASKED_OF_ALL)
        care_for(to, [anna.author_id, *others])
        one, other = open_link(to, 1), open_link(to, 2)
        assert len(await asked(to, one)) == 1 + len(others)
        assert await asked(to, other) == []
        await to.hear(one, anna.offer())
        assert await asked(to, other) == [], "the rest is still to come"
        await hold_nothing(to, one, others)
        assert await asked(to, other) == others
        await hold_nothing(to, other, others)
        await asyncio.sleep(1)
        assert await asked(to, other) == [anna.author_id]

    talk(tmp_path, script)


def test_what_a_peer_does_not_hold_is_asked_of_the_next(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors = strangers(AT_ONCE)
        care_for(to, authors)
        one, other = open_link(to, 1), open_link(to, 2)
        assert await asked(to, one) == authors
        await hold_nothing(to, one, authors[:5])
        assert await asked(to, other) == authors[:5]

    talk(tmp_path, script)


@pytest.mark.parametrize("how", ["late", "gone"])
def test_nobody_keeps_authors_to_itself(tmp_path: Path, how: str) -> None:
    async def script(to: Talk) -> None:
        authors = strangers(AT_ONCE)
        care_for(to, authors)
        one, other = open_link(to, 1), open_link(to, 2)
        assert await asked(to, one) == authors
        assert await asked(to, other) == []
        if how == "gone":
            to.unlink(one)
            to.node.ground.events.tell(LinkClosed(one))
        else:
            await to.street.pass_time(PATIENCE_S + 1)
        assert await asked(to, other) == authors
        assert not one.part(AskingSide).unanswered

    talk(tmp_path, script)


def test_a_peer_that_goes_on_answering_is_given_longer_but_not_for_ever(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        authors = strangers(AT_ONCE)
        care_for(to, authors)
        one, other = open_link(to, 1), open_link(to, 2)
        assert await asked(to, one) == authors
        for number in range(6):
            await hold_nothing(to, one, authors[number : number + 1])
            assert await asked(to, other) == authors[number : number + 1]
            await hold_nothing(to, other, authors[number : number + 1])
            await to.street.pass_time(PATIENCE_S // 2)
        assert len(one.part(AskingSide).unanswered) == AT_ONCE - 6
        for number in range(6, 12):
            await hold_nothing(to, one, authors[number : number + 1])
            await to.street.pass_time(PATIENCE_S // 2)
        assert await asked(to, other) == authors[6:]

    talk(tmp_path, script)


def test_who_is_no_longer_cared_for_is_not_asked_for(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors = strangers(2 * AT_ONCE)
        care_for(to, authors)
        one = open_link(to, 1)
        assert await asked(to, one) == authors[:AT_ONCE]
        for each in authors[AT_ONCE:-1]:
            to.node.ground.interests.forget(each)
        await hold_nothing(to, one, authors[:AT_ONCE])
        assert await asked(to, one) == authors[-1:]

    talk(tmp_path, script)


def test_what_is_held_already_is_asked_of_everybody_at_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(3)
        care_for(to, [anna.author_id, *strangers(2 * AT_ONCE)])
        to.node.ground.shelf.accept_offer(anna.offer())
        first, second = open_link(to, 1), open_link(to, 2)
        for each in (first, second):
            assert anna.author_id in await asked(to, each)

    talk(tmp_path, script)


def test_wants_with_sizes_wait_for_each_other(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        writers = [Scribe(number) for number in range(1, AUTHORS_ASKED_OF_ALL + 2)]
        for each in writers:
            each.grow_to(1)
        care_for(to, [each.author_id for each in writers])
        one, other = open_link(to, 1), open_link(to, 2)
        await to.said(one)
        await to.said(other)
        for each in writers:
            await to.hear(one, each.offer())
        await asyncio.sleep(AT_LEISURE_WITHIN_S)
        wants = [each for each in await to.said(other) if isinstance(each, Want)]
        assert [len(each.authors) for each in wants] == [len(writers)], "one message"

    talk(tmp_path, script)


def test_what_somebody_gave_unasked_is_asked_of_others_too(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        writers = [Scribe(number) for number in range(1, AUTHORS_ASKED_OF_ALL + 2)]
        for each in writers:
            each.grow_to(1)
        authors = [each.author_id for each in writers]
        care_for(to, authors)
        one, other, giver = open_link(to, 1), open_link(to, 2), to.link(3)
        assert len(await asked(to, one)) == len(writers)
        assert await asked(to, other) == []
        for each in writers:
            await to.hear(giver, each.offer())
        to.unlink(one)
        to.node.ground.events.tell(LinkClosed(one))
        assert await asked(to, other) == [], "nobody waits for heads"
        to.node.ground.interests.forget(authors[0])
        await asyncio.sleep(AT_LEISURE_WITHIN_S)
        assert set(await asked(to, other)) == {*authors[1:]}, "whom we still care for"

    talk(tmp_path, script)
