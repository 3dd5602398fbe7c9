"""What changes in a running node when its person chooses something else, without a restart."""

from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace
from street.fakes.swarm import FakeSwarm
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.media import HowIsMedia
from swarmfeed.core.asks.starting import (
    ChooseSettings,
    Chosen,
    HowItWasStarted,
    StartOption,
)
from swarmfeed.core.asks.supernodes import Supernodes
from swarmfeed.core.asks.upkeep import HowFullIsIt
from swarmfeed.core.supernode.limits import ROUND_S
from swarmfeed.node.ground.setting_texts import choosable
from swarmfeed.node.mailboxes.role import MailboxRole
from swarmfeed.node.mailboxes.settings import MailboxSettings
from swarmfeed.node.media.settings import MediaSettings
from swarmfeed.node.relay.settings import RelaySettings
from swarmfeed.node.supernode.settings import SupernodeSettings

from tests.node.media.posting import PICTURE, SONG, post, seen

A = TypeVar("A")

OTHERS = (MediaSettings(), MailboxSettings(), RelaySettings())


async def live(street: Neighbourhood, *others: object) -> Neighbour:
    """Somebody whose node has these settings of roles beside those of the street."""
    me = await street.move_in(on=False)
    kinds = {type(each) for each in others}
    known = (each for each in me.settings.others if type(each) not in kinds)
    me.settings = replace(me.settings, others=(*known, *others))
    await me.start()
    return me


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


async def choose(of: Neighbour, **wanted: str) -> dict[str, StartOption]:
    settings = tuple(
        Chosen(flag=f"--{name.replace('_', '-')}", value=typed)
        for name, typed in wanted.items()
    )
    options = (await ask(of, ChooseSettings(settings=settings))).options
    return {each.flag: each for each in options}


def test_limits_of_disk_and_line_count_at_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await live(street, *OTHERS)
        told = await choose(me, disk="5 GB", upload_limit="200k", download_limit="1 MB")
        swarm = me.running.ground.shells.swarm
        assert isinstance(swarm, FakeSwarm) and swarm.limits == (1_000_000, 200_000)
        assert (await ask(me, HowFullIsIt())).budget_bytes == 5_000_000_000
        assert (told["--disk"].value, told["--disk"].kept) == ("5.0 GB", "5 GB")

    in_neighbourhood(tmp_path, scenario)


def test_pictures_come_by_themselves_only_as_large_as_was_chosen(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ann, ben = await street.move_in(), await live(street, *OTHERS)
        await ben.follow(ann)
        await choose(ben, media_fetch="0")
        first = await post(ann, PICTURE)
        await street.until(lambda: len(ben.reads(ann.author_id)) == 1, within_s=60)
        await street.pass_time(60)
        assert [each.state for each in (await seen(ben, first.id)).media] == ["away"]
        await choose(ben, media_fetch="1 MB", media_disk="100 MB")
        assert (await ask(ben, HowIsMedia())).disk_bytes == 100_000_000
        second = await post(ann, SONG)
        await street.until(lambda: len(ben.reads(ann.author_id)) == 2, within_s=60)
        await street.pass_time(60)
        assert [each.state for each in (await seen(ben, second.id)).media] == ["here"]
        await choose(ben, media_disk="0")
        await street.pass_time(60)
        assert [each.state for each in (await seen(ben, second.id)).media] == ["away"]

    in_neighbourhood(tmp_path, scenario)


def test_who_serves_others_and_keeps_their_letters_can_say_no_at_any_time(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await live(street, SupernodeSettings(supernode="on"), MailboxSettings())
        keeps = me.running.parts(MailboxRole).admission.keeps
        assert (await ask(me, Supernodes())).serves and keeps()
        await choose(me, supernode="off", mailbox_disk="0")
        await street.pass_time(2 * ROUND_S)
        assert not (await ask(me, Supernodes())).serves and not keeps()
        await choose(me, supernode="on")
        await street.pass_time(2 * ROUND_S)
        assert (await ask(me, Supernodes())).serves

    in_neighbourhood(tmp_path, scenario)


def test_a_line_that_is_paid_by_volume_serves_nobody(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await live(street, SupernodeSettings(supernode="on"))
        assert (await ask(me, Supernodes())).serves
        await me.running.ground.choices.choose({"--metered/--not-metered": "on"})
        await street.pass_time(2 * ROUND_S)
        assert not (await ask(me, Supernodes())).serves

    in_neighbourhood(tmp_path, scenario)


def test_what_is_chosen_is_there_after_a_restart(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await live(street, *OTHERS)
        await choose(me, disk="5 GB", shown_per_author="1 MB")
        assert me.running.ground.settings.shown_bytes_per_author != 1_000_000
        await me.stop()
        await me.start()
        assert (await ask(me, HowFullIsIt())).budget_bytes == 5_000_000_000
        assert me.running.ground.settings.shown_bytes_per_author == 1_000_000
        options = {each.flag: each for each in (await ask(me, HowItWasStarted())).options}
        assert options["--disk"].kept == "5 GB" and not options["--disk"].told
        assert all(options[flag].chosen for flag in choosable(me.settings))

    in_neighbourhood(tmp_path, scenario)
