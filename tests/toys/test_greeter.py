"""The greeter between two nodes on a street: events, job, ledger page."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import NodeId
from swarmfeed.errors import UserError
from swarmfeed.node.roster import ROSTER

from tests.toys.greeter.asks import Greet, Greeted, WhoGreeted
from tests.toys.greeter.role import GREETINGS_KEPT_MAX, MET_MAX, Greeter
from tests.toys.greeter.settings import GreeterSettings
from tests.toys.greeter.words import Greeting
from tests.toys.program import TOYS


def greeter(of: Neighbour) -> Greeter:
    return of.running.parts(Greeter)


def heard(by: Neighbour) -> list[tuple[NodeId, str]]:
    greetings = greeter(by).who_greeted(WhoGreeted()).greetings
    return [(each.node_id, each.text) for each in greetings]


def test_it_hears_of_links_and_remembers_them(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ben = await street.move_in(knows=[anna])
        await street.pass_time(3)
        assert greeter(anna).met == {ben.identity.node_id: 1}
        await anna.stop()
        await anna.start()
        assert greeter(anna).met == {ben.identity.node_id: 1}, "it stood in the ledger"
        await street.pass_time(10)
        assert greeter(anna).met == {ben.identity.node_id: 2}

    in_neighbourhood(tmp_path, scenario, roster=TOYS)


def test_two_of_them_greet_each_other(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ben = await street.move_in(knows=[anna])
        await street.pass_time(3)
        assert heard(anna) == [(ben.identity.node_id, "Good day.")]
        assert heard(ben) == [(anna.identity.node_id, "Good day.")]

    in_neighbourhood(tmp_path, scenario, roster=TOYS)


def test_who_does_not_know_the_word_passes_it_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ben = await street.move_in(knows=[anna], roster=ROSTER)
        await street.pass_time(3)
        (session,) = anna.running.ground.sessions.all()
        session.outbox.put("greeting", lambda: session.send(Greeting("Hello?")))
        await street.pass_time(3)
        assert [each.node_id for each in ben.running.ground.sessions.all()] == [
            anna.identity.node_id
        ]

    in_neighbourhood(tmp_path, scenario, roster=TOYS)


def test_it_says_so_in_its_hello(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ben = await street.move_in(knows=[anna], roster=ROSTER)
        await street.pass_time(3)
        (session,) = ben.running.ground.sessions.all()
        assert session.peer.hello.roles == ("mailboxes", "greeter")

    in_neighbourhood(tmp_path, scenario, roster=TOYS)


def test_its_job_runs(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        jobs = [job for role in anna.running.roles for job in role.jobs()]
        (job,) = [each for each in jobs if each.name == "greetings"]
        assert await job.run() == "met 0 nodes"

    in_neighbourhood(tmp_path, scenario, roster=TOYS)


def test_it_can_be_asked(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ben = await street.move_in(knows=[anna])
        await street.pass_time(3)
        answering = anna.running.ground.answering
        assert await answering.answer(Greet(text="Lovely weather.")) == Greeted(nodes=1)
        await street.pass_time(1)
        assert [text for _, text in heard(ben)] == ["Good day.", "Lovely weather."]
        with pytest.raises(UserError, match="1 to 200 characters"):
            await answering.answer(Greet(text=""))

    in_neighbourhood(tmp_path, scenario, roster=TOYS)


def test_it_remembers_no_more_than_it_may(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        for number in range(MET_MAX):
            greeter(anna).met[NodeId(b"%032d" % number)] = 1
        ben = await street.move_in(knows=[anna])
        await street.pass_time(3)
        assert len(greeter(anna).met) == MET_MAX
        assert greeter(anna).take_changes()[b"%032d" % 0] is None, "who was met longest ago"
        for _ in range(GREETINGS_KEPT_MAX + 5):
            greeter(ben).greet(Greet(text="Hello!"))
            await street.pass_time(1)
        assert len(heard(anna)) == GREETINGS_KEPT_MAX

    in_neighbourhood(tmp_path, scenario, roster=TOYS)


def test_a_damaged_row_is_as_if_it_had_never_been(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        greeter(anna).load({b"a" * 32: b"3", b"b" * 32: b"?"})
        assert greeter(anna).met == {NodeId(b"a" * 32): 3}

    in_neighbourhood(tmp_path, scenario, roster=TOYS)


def test_a_greeting_that_no_peer_would_take_is_refused_at_the_start() -> None:
    with pytest.raises(UserError, match="1 to 200 characters"):
        GreeterSettings(greeting="!" * 201)
