"""Groups of real nodes: made, grown, left; who is removed hears nothing more."""

from functools import partial
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.letters import (
    ChangeGroup,
    ConversationView,
    ListConversations,
    MakeGroup,
    ShowConversation,
    WriteLetter,
)
from swarmfeed.core.letters.content import TEXT, text_body
from swarmfeed.core.letters.rows import LetterTarget
from swarmfeed.errors import UserError
from swarmfeed.node.letters.book import Edits
from swarmfeed.node.mailboxes.role import mailboxes_role
from swarmfeed.node.roster import ROSTER, Roster

from tests.node.letters.scene import address, ask, friends, parts, until


async def third(street: Neighbourhood, *others: Neighbour) -> Neighbour:
    cleo = await street.move_in(knows=list(others))
    await parts(cleo).keyring.publish()
    for other in others:
        await cleo.follow(other)
        await other.follow(cleo)
    await street.pass_time(5)
    return cleo


async def group_of(who: Neighbour) -> ConversationView | None:
    for each in (await ask(who, ListConversations())).talks:
        if each.group:
            return await ask(who, ShowConversation(talk=each.talk))
    return None


async def said(who: Neighbour) -> list[str]:
    found = await group_of(who)
    return [each.text for each in found.letters if each.text] if found is not None else []


async def say(who: Neighbour, text: str) -> None:
    found = await group_of(who)
    assert found is not None
    await ask(who, WriteLetter(talk=found.talk.talk, text=text))


async def people(who: Neighbour) -> int:
    found = await group_of(who)
    return len(found.talk.people) if found is not None else 0


async def trio(street: Neighbourhood) -> tuple[Neighbour, Neighbour, Neighbour]:
    """Anna has made a group of Ben, Cleo and herself, and all know it."""
    anna, ben = await friends(street)
    cleo = await third(street, anna, ben)
    await ask(anna, MakeGroup(title="us", people=(address(ben), address(cleo))))
    await until(street, partial(_all_know, anna, ben, cleo), within_s=120)
    return anna, ben, cleo


async def _all_know(*people_of_it: Neighbour) -> bool:
    return all([await people(each) == len(people_of_it) for each in people_of_it])


async def _reads(who: Neighbour, texts: list[str]) -> bool:
    return await said(who) == texts


async def talk_of(who: Neighbour) -> str:
    found = await group_of(who)
    assert found is not None
    return found.talk.talk


@pytest.mark.slow
def test_a_newcomer_reads_what_is_written_from_then_on(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        cleo = await third(street, anna, ben)
        await ask(anna, MakeGroup(title="us", people=(address(ben),)))
        await until(street, partial(_all_know, anna, ben))
        await say(ben, "two of us")
        await until(street, partial(_reads, anna, ["two of us"]))
        talk = await talk_of(anna)
        with pytest.raises(UserError, match="Only"):
            await ask(ben, ChangeGroup(talk=talk, who=address(cleo), on=True))
        await ask(anna, ChangeGroup(talk=talk, who=address(cleo), on=True))
        await until(street, partial(_all_know, anna, ben, cleo), within_s=120)
        await say(cleo, "three")
        for each in (anna, ben):
            await until(street, partial(_reads, each, ["two of us", "three"]), within_s=120)
        assert await said(cleo) == ["three"]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_text_that_overtakes_the_beginning_of_its_group_is_shown_with_it(
    tmp_path: Path,
) -> None:
    """Anna made the group and left; Ben hears of it from Cleo first."""

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        cleo = await third(street, anna, ben)
        await ben.stop()
        await ask(anna, MakeGroup(title="us", people=(address(ben), address(cleo))))

        async def cleo_knows() -> bool:
            return await people(cleo) == 3

        await until(street, cleo_knows, within_s=120)
        await anna.stop()
        await ben.start()
        for text in ("early", "earlier than all"):
            await say(cleo, text)
        await street.pass_time(60)
        assert await said(ben) == []
        await anna.start()
        await until(street, partial(_reads, ben, ["early", "earlier than all"]), within_s=600)

        found = await group_of(ben)
        assert found is not None
        assert not any(each.missing for each in found.letters)

    roles = tuple(each for each in ROSTER.roles if each is not mailboxes_role)
    roster = Roster(roles=roles, vocabulary=ROSTER.vocabulary)
    in_neighbourhood(tmp_path, scenario, roster=roster)


@pytest.mark.slow
def test_who_is_removed_reads_nothing_more_and_writes_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, cleo = await trio(street)
        talk = await talk_of(anna)
        await ask(anna, ChangeGroup(talk=talk, who=address(cleo), on=False))

        async def cleo_is_out() -> bool:
            found = await group_of(cleo)
            return found is not None and found.talk.standing == "left"

        await until(street, cleo_is_out, within_s=120)
        await say(anna, "two again")
        await until(street, partial(_reads, ben, ["two again"]), within_s=120)
        assert await said(cleo) == []
        with pytest.raises(UserError, match="not in this group"):
            await say(cleo, "let me in")

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A208")
def test_different_texts_for_members_show_as_a_gap(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, cleo = await trio(street)
        await say_differently(anna, {ben: "yes", cleo: "no"})

        async def both_read() -> bool:
            return (await said(ben), await said(cleo)) == (["yes"], ["no"])

        await until(street, both_read, within_s=120)
        await say(ben, "so we agree?")

        async def cleo_reads() -> bool:
            return (await said(cleo))[-1:] == ["so we agree?"]

        await until(street, cleo_reads, within_s=120)
        found = await group_of(cleo)
        assert found is not None
        assert found.letters[-1].missing == 1, "what Ben answers is not what Cleo was shown"

    in_neighbourhood(tmp_path, scenario)


async def say_differently(who: Neighbour, texts: dict[Neighbour, str]) -> None:
    """What a member does who changes the program."""
    book, writing = parts(who).book, parts(who).writing
    (talk_id,) = (name for name, talk in book.talks.items() if talk.group is not None)
    async with book.lock:
        for other, text in texts.items():
            edits = Edits()
            talk = book.talks[talk_id]
            name = writing.write_to(
                edits, talk_id, talk, (other.author_id,), TEXT, text_body(text)
            )
            letter = edits.sent[name]
            assert letter is not None
            target = LetterTarget(feed_id=other.feed_id, author_id=other.author_id)
            assert letter.targets in ((), (target,))
            edits.talks.clear()
            await book.save(edits, who.clock.now_ms())
    parts(who).delivery.wake()
