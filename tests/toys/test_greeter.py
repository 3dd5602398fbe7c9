"""The greeter between two nodes on a street: events, job, ledger page."""

from pathlib import Path

from street.neighbourhood import Neighbour, Neighbourhood, in_neighbourhood
from swarmfeed.node.roster import ROSTER

from tests.toys.greeter.role import Greeter
from tests.toys.program import TOYS


def greeter(of: Neighbour) -> Greeter:
    return of.running.parts(Greeter)


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


def test_it_says_so_in_its_hello(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ben = await street.move_in(knows=[anna], roster=ROSTER)
        await street.pass_time(3)
        (session,) = ben.running.ground.sessions.all()
        assert session.peer.hello.roles == ("greeter",)

    in_neighbourhood(tmp_path, scenario, roster=TOYS)


def test_its_job_runs(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        (job,) = [each for each in greeter(anna).jobs() if each.name == "greetings"]
        assert job in anna.running._jobs()
        assert await job.run() == "met 0 nodes"

    in_neighbourhood(tmp_path, scenario, roster=TOYS)
