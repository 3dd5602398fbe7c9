"""Who answers what: one row for each ask, and one ask for each name."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.sentences import NODE_STOPS
from swarmfeed.core.asks.upkeep import HowIsIt, Wellbeing
from swarmfeed.errors import FatalError, PassingError, RetryError, UserError
from swarmfeed.node.ground.changes import Changes
from swarmfeed.node.ground.desk import Answering, Answers, NodeDesk, in_loop, in_reader
from swarmfeed.node.ground.events import Events, Fatal, Strained, listens

FINE = Wellbeing(sentence="All is well.", running=True, peers=1)


async def later(_: HowIsIt) -> Wellbeing:
    return FINE


class HowAreYou(Ask[Wellbeing], frozen=True, kw_only=True):
    """Another ask with the name of one that there is."""

    name = "how-is-it"


@pytest.mark.parametrize("again", [HowIsIt, HowAreYou])
def test_an_ask_and_its_name_have_one_part_that_answers(again: type[Ask[Wellbeing]]) -> None:
    answering = Answering()
    answering.connect([in_loop(HowIsIt, later)])
    with pytest.raises(ValueError, match="how-is-it is answered twice"):
        answering.connect([in_reader(again, lambda _: FINE)])


@pytest.mark.parametrize(
    "row",
    [
        in_reader(HowIsIt, lambda _: FINE),
        in_loop(HowIsIt, lambda _: FINE),
        in_loop(HowIsIt, later),
    ],
)
def test_parts_ask_each_other_wherever_the_answer_is_made(row: Answers) -> None:
    answering = Answering()
    answering.connect([row])
    assert asyncio.run(answering.answer(HowIsIt())) == FINE


def test_what_nobody_answers_is_refused() -> None:
    answering = Answering()
    assert not answering.knows(WhoAreYou)
    with pytest.raises(UserError, match="does not answer 'whoami'"):
        asyncio.run(answering.answer(WhoAreYou()))


async def nothing_to_mend() -> None:
    """The index is whole."""


class Asked:
    """A desk over a loop in a thread of its own, as faces have it."""

    def __init__(self, row: Answers) -> None:
        self.answering, self.events = Answering(), Events()
        self.answering.connect([row])
        self.told: list[object] = []
        self.events.connect([listens(kind, self.told.append) for kind in (Fatal, Strained)])
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.desk = NodeDesk(self.answering, self.loop, Changes(), self.events, nothing_to_mend)

    def __enter__(self) -> NodeDesk:
        self.thread.start()
        return self.desk

    def __exit__(self, *_: object) -> None:
        self.desk.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def test_who_waits_for_a_node_that_closes_is_told_so_at_once() -> None:
    begun = threading.Semaphore(0)

    async def never(_: HowIsIt) -> Wellbeing:
        begun.release()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    def ask(desk: NodeDesk) -> str:
        try:
            return desk.ask(HowIsIt()).sentence
        except RetryError as error:
            return str(error)

    with Asked(in_loop(HowIsIt, never)) as desk, ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(ask, desk) for _ in range(8)]
        for _ in answers:
            assert begun.acquire(timeout=30)
        desk.close()
        assert {each.result(timeout=30) for each in answers} == {NODE_STOPS()}
        assert ask(desk) == NODE_STOPS(), "nor does anybody wait who comes later"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FatalError("journal was not synced"), Fatal),
        (PassingError("not now", "full"), Strained),
    ],
)
@pytest.mark.parametrize("ask_in", [in_loop, in_reader])
@pytest.mark.attack("A26")
def test_what_an_answer_meets_is_heard_by_the_node_and_by_the_asker(
    error: Exception, told: type, ask_in: Callable[..., Answers]
) -> None:
    def fail(_: HowIsIt) -> Wellbeing:
        raise error

    asked = Asked(ask_in(HowIsIt, fail))
    with asked as desk:
        with pytest.raises(type(error), match=str(error)):
            desk.ask(HowIsIt())
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), asked.loop).result(30)
    assert [type(each) for each in asked.told] == [told]
