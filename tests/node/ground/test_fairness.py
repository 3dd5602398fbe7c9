"""Peers take turns, each at its own cost; everybody else comes in between."""

import asyncio

import pytest
from street.loop import settle
from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.talk.limits import (
    ACCOUNTS_MAX,
    PEER_WORK_S_PER_S,
    PEERS_WORK_BURST_S,
    PEERS_WORK_S_PER_S,
    PERSON_PAUSE_S,
    PERSON_WAITS_S,
    TURN_S,
)
from swarmfeed.node.ground.fairness import earn

from tests.node.ground.hall import OWN_BURST_S, Hall, at


def test_each_step_is_paid_for_by_whom_it_is_for() -> None:
    async def scene(hall: Hall) -> None:
        anna, bert = hall.peer(1), hall.peer(2)
        hall.begin(anna, "anna", 0.001, 0.001)
        hall.begin(bert, "bert", 0.0005)
        await settle()
        assert hall.left(anna) == pytest.approx(OWN_BURST_S - 0.002, abs=0.0004)
        assert hall.left(bert) == pytest.approx(OWN_BURST_S - 0.0005, abs=0.0004)

    at(scene)


def test_a_result_and_an_error_come_out_of_it_as_they_are() -> None:
    async def scene(hall: Hall) -> None:
        async def seven() -> int:
            await asyncio.sleep(0)
            return 7

        async def fail() -> None:
            await asyncio.sleep(0)
            raise LookupError("not here")

        assert await hall.peer(1).pay(seven) == 7
        with pytest.raises(LookupError, match="not here"):
            await hall.peer(1).pay(fail)

    at(scene)


@pytest.mark.attack("A40")
def test_who_has_used_up_its_share_is_served_more_slowly_and_not_ended() -> None:
    async def scene(hall: Hall) -> None:
        task = hall.begin(hall.peer(1), "anna", *[TURN_S] * 2_000)
        await hall.pass_s(10)
        before = len(hall.done)
        assert before * TURN_S == pytest.approx(
            OWN_BURST_S + PEER_WORK_S_PER_S * hall.clock.monotonic_ms() / 1000, rel=0.1
        )
        began_s = hall.clock.monotonic_ms() / 1000
        await hall.pass_s(5)
        worked_s = (len(hall.done) - before) * TURN_S
        passed_s = hall.clock.monotonic_ms() / 1000 - began_s
        assert worked_s == pytest.approx(PEER_WORK_S_PER_S * passed_s, rel=0.1)
        assert not task.done()

    at(scene)


@pytest.mark.attack("A40")
def test_while_a_person_waits_peers_do_one_step_now_and_then() -> None:
    async def scene(hall: Hall) -> None:
        hall.begin(hall.peer(1), "anna", *[TURN_S / 10] * 100)
        hall.begin(hall.peer(2), "bert", *[TURN_S / 10] * 100)
        with hall.fairness.person_waits():
            await settle()
            assert hall.done == ["anna"], "one step, however short"
            await hall.pass_s(PERSON_PAUSE_S + 0.005)
            assert hall.done[:2] == ["anna", "bert"], "then one of somebody else"
            assert len(hall.done) < 50
        await hall.pass_s(PERSON_PAUSE_S + 0.005)
        assert len(hall.done) == 200, "the page is there: all go on"

    at(scene)


def test_who_waits_for_long_is_no_reader_of_a_page() -> None:
    async def scene(hall: Hall) -> None:
        with hall.fairness.person_waits(), hall.fairness.person_waits():
            hall.begin(hall.peer(1), "anna", *[TURN_S / 10] * 500)
            await settle()
            assert len(hall.done) == 1
            await hall.pass_s(PERSON_WAITS_S + PERSON_PAUSE_S)
            assert len(hall.done) == 500

    at(scene)


@pytest.mark.attack("A40")
def test_a_debt_does_not_go_away_with_the_link() -> None:
    async def scene(hall: Hall) -> None:
        hall.begin(hall.peer(1), "anna", OWN_BURST_S + 1)
        await settle()
        assert hall.left(hall.peer(1)) == pytest.approx(-1)
        assert hall.peer(1) is hall.peer(1)
        assert hall.left(hall.peer(2)) == pytest.approx(OWN_BURST_S)

    at(scene)


def test_those_who_owe_nothing_are_forgotten_before_too_many_are_remembered() -> None:
    async def scene(hall: Hall) -> None:
        hall.begin(hall.peer(0), "anna", 0.1)
        await settle()
        for number in range(3 * ACCOUNTS_MAX):
            hall.fairness.account(NodeId(number.to_bytes(32, "big")))
        assert len(hall.fairness._accounts) <= ACCOUNTS_MAX
        assert hall.left(hall.peer(0)) == pytest.approx(OWN_BURST_S - 0.1)

    at(scene)


@pytest.mark.attack("A40")
def test_others_have_a_turn_after_each_turn_of_peers() -> None:
    """However many peers there are: a page does not wait for all of them."""

    async def scene(hall: Hall) -> None:
        for number in range(8):
            hall.begin(hall.peer(number), f"peer {number}", *[TURN_S] * 3)

        async def page() -> None:
            for _ in range(5):
                await asyncio.sleep(0)
                hall.done.append("page")

        await asyncio.gather(page())
        said = "".join("p" if each == "page" else "." for each in hall.done)
        assert ".." not in said.strip("."), hall.done

    at(scene)


def test_short_steps_of_several_peers_share_a_turn() -> None:
    async def scene(hall: Hall) -> None:
        for number in range(4):
            hall.begin(hall.peer(number), f"peer {number}", TURN_S / 8)
        await asyncio.sleep(0)
        assert len(hall.done) == 4

    at(scene)


def test_who_gives_what_we_asked_for_is_not_put_off() -> None:
    async def scene(hall: Hall) -> None:
        async def give() -> None:
            for _ in range(3_000):
                hall.clock.work(TURN_S)
                earn(TURN_S)
                await asyncio.sleep(0)

        giver = hall.peer(1)
        task = asyncio.get_running_loop().create_task(giver.pay(give))
        await settle()
        assert task.done()
        assert hall.left(giver) == pytest.approx(OWN_BURST_S, abs=2 * TURN_S)

    at(scene)


@pytest.mark.attack("A40")
def test_nobody_earns_more_than_one_may_owe() -> None:
    async def scene(hall: Hall) -> None:
        async def give() -> None:
            earn(1_000)

        await hall.peer(1).pay(give)
        hall.begin(hall.peer(1), "anna", *[TURN_S] * 2_000)
        await settle()
        assert len(hall.done) * TURN_S <= OWN_BURST_S + 2 * TURN_S

    at(scene)


@pytest.mark.attack("A40")
def test_who_earns_for_one_peer_has_earned_nothing_for_another() -> None:
    async def scene(hall: Hall) -> None:
        async def give() -> None:
            hall.clock.work(TURN_S)
            earn(TURN_S)

        other = hall.peer(2)
        other.seconds.owe(1, 0)
        before_s = hall.left(other)
        await hall.peer(1).pay(give)
        earn(1)  # on our own behalf: nobody's
        assert hall.left(other) == pytest.approx(before_s, abs=0.01)

    at(scene)


@pytest.mark.attack("A40")
def test_all_peers_together_leave_half_of_the_time_to_others() -> None:
    async def scene(hall: Hall) -> None:
        for number in range(8):
            hall.begin(hall.peer(number), "peer", *[TURN_S] * 200)
        await settle()
        assert len(hall.done) * TURN_S == pytest.approx(PEERS_WORK_BURST_S, abs=2 * TURN_S)
        before, began_s = len(hall.done), hall.clock.monotonic_ms() / 1000
        await hall.pass_s(5)
        passed_s = hall.clock.monotonic_ms() / 1000 - began_s
        worked_s = (len(hall.done) - before) * TURN_S
        assert worked_s == pytest.approx(passed_s * PEERS_WORK_S_PER_S, rel=0.1)

    at(scene)


def test_who_used_least_goes_first() -> None:
    async def scene(hall: Hall) -> None:
        noisy, quiet, third = hall.peer(1), hall.peer(2), hall.peer(3)
        hall.begin(third, "before", TURN_S * 0.9)
        await settle()
        hall.done.clear()
        hall.begin(noisy, "noisy", TURN_S, TURN_S, TURN_S)
        hall.begin(third, "third", TURN_S / 2, TURN_S / 2)
        hall.begin(quiet, "quiet", TURN_S / 4)
        await settle()
        assert hall.done[:3] == ["noisy", "quiet", "third"]
        assert hall.done.count("noisy") == 3

    at(scene)


@pytest.mark.attack("A40")
def test_a_step_costs_as_little_however_many_wait_in_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = 0
    left = TokenBucket.left

    def counted(bucket: TokenBucket, now_s: float) -> float:
        nonlocal looks
        looks += 1
        return left(bucket, now_s)

    async def scene(hall: Hall) -> None:
        nonlocal looks
        per_step = []
        for peers in (5, 200):
            began, looks = len(hall.done), 0
            for number in range(peers):
                hall.begin(hall.peer(number), "", *[0.0001] * 5)
            await hall.pass_s(1)
            assert len(hall.done) - began == 5 * peers
            per_step.append(looks / peers)
        assert per_step[1] < 3 * per_step[0]

    monkeypatch.setattr(TokenBucket, "left", counted)
    at(scene)


def test_one_that_is_cancelled_in_line_holds_nobody_up() -> None:
    async def scene(hall: Hall) -> None:
        hall.begin(hall.peer(1), "first", TURN_S)
        gone = hall.begin(hall.peer(2), "gone", TURN_S / 4)
        hall.begin(hall.peer(3), "last", TURN_S / 4)
        await asyncio.sleep(0)
        gone.cancel()
        await settle()
        assert hall.done == ["first", "last"]
        assert gone.cancelled()

    at(scene)


def test_who_is_cancelled_in_debt_cleans_up_at_once() -> None:
    async def scene(hall: Hall) -> None:
        cleaned: list[str] = []

        async def work() -> None:
            try:
                hall.clock.work(OWN_BURST_S + 100)
                await asyncio.sleep(0)
                raise AssertionError("it is in debt")
            finally:
                cleaned.append("up")

        task = asyncio.get_running_loop().create_task(hall.peer(1).pay(work))
        await settle()
        task.cancel()
        await settle()
        assert task.cancelled()
        assert cleaned == ["up"]

    at(scene)


def test_at_the_end_nobody_waits_for_a_debt() -> None:
    async def scene(hall: Hall) -> None:
        task = hall.begin(hall.peer(1), "anna", *[OWN_BURST_S + 1] * 5)
        await settle()
        assert hall.done == ["anna"]
        hall.fairness.end()
        await settle()
        assert task.done()

    at(scene)


def test_a_timeout_inside_still_ends_what_it_should() -> None:
    async def scene(hall: Hall) -> None:
        async def work() -> str:
            try:
                async with asyncio.timeout(0.05):
                    await asyncio.get_running_loop().create_future()
            except TimeoutError:
                return "in time"
            return "never"

        task = asyncio.get_running_loop().create_task(hall.peer(1).pay(work))
        await settle()
        await hall.pass_s(0.1)
        assert task.result() == "in time"

    at(scene)
