"""Who answers what: one row for each ask, and one ask for each name."""

import asyncio
from dataclasses import dataclass

import pytest
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.upkeep import HowIsIt, Wellbeing
from swarmfeed.errors import UserError
from swarmfeed.node.ground.desk import Answering, Answers, in_loop, in_reader

FINE = Wellbeing(sentence="All is well.", running=True, peers=1)


async def later(_: HowIsIt) -> Wellbeing:
    return FINE


@dataclass(frozen=True, slots=True, kw_only=True)
class HowAreYou(Ask[Wellbeing]):
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
