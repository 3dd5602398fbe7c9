"""Links for a question: closed when nothing came of them, kept where something did."""

from pathlib import Path

from street.neighbourhood import Neighbourhood, in_neighbourhood


def test_a_visit_is_not_remembered_and_is_closed_when_it_is_of_no_use(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in(), await street.move_in()
        ground = anna.running.ground
        session = await ground.visits.reach(ben.endpoint, None)
        assert session is not None and session.node_id == ben.identity.node_id
        assert await ground.visits.reach(ben.endpoint, session.node_id) is session
        assert ground.shells.index.peers(10) == []
        await street.pass_time(5)
        assert await ground.visits.close_idle(6_000) == 0
        assert await ground.visits.reach(ben.endpoint, None) is session
        await street.pass_time(5)
        assert await ground.visits.close_idle(6_000) == 0, "it was of use since"
        await street.pass_time(1)
        session.kept_by.add("a test")
        assert await ground.visits.close_idle(6_000) == 0
        session.kept_by.clear()
        assert await ground.visits.close_idle(6_000) == 1
        await street.pass_time(1)
        assert ground.sessions.find(ben.identity.node_id) is None

    in_neighbourhood(tmp_path, scenario)


def test_a_visit_to_somebody_who_holds_what_is_wanted_stays(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in(), await street.move_in()
        await ben.say("hello")
        await anna.running.feeds.carer.follow(ben.author_id)
        ground = anna.running.ground
        assert await ground.visits.reach(ben.endpoint, None) is not None
        await street.until(lambda: anna.reads(ben.author_id) == ["hello"], within_s=5)
        assert await ground.visits.close_idle(0) == 0

    in_neighbourhood(tmp_path, scenario)


def test_who_is_elsewhere_is_not_reached(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in(), await street.move_in()
        visits = anna.running.ground.visits
        assert await visits.reach(ben.endpoint, anna.identity.node_id) is None

    in_neighbourhood(tmp_path, scenario)
