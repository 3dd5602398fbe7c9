"""A street of whole nodes: what each of them answers, and every message between them.

Keys, clocks and dice are fixed, so the order of messages is too, and so are their bytes.
Numbers worked out with logarithms are told to nine digits, because the last ones are the
mathematics library's.  Chunks are as long as the installed zstd makes them.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from tests.golden import stage_street
from tests.golden.spoil import short
from tests.golden.stage_street import (
    LAST,
    QUESTIONS,
    QUESTIONS_ABOUT,
    Neighbour,
    Street,
    answer,
    is_error,
    unfollow,
)

SPEED: Final = 3_600
"""An hour of the history servers' policy is a second."""

BACKLOG: Final = 260


def play(folder: Path) -> dict[str, Any]:
    """Tell what everybody answers and sends."""
    told: dict[str, Any] = {}

    async def scenario(street: Street) -> None:
        everybody = await _live(street)
        told.update(await _ask_all(street, everybody))
        told["heard"] = {str(number): heard for number, heard in street.heard.items()}
        told["carried"] = _by_link(street.carried)
        told["order of all"] = [
            f"{one} > {other} {kind}" for one, other, kind, _ in street.carried
        ]
        told["disks"] = {each.number: _plain(street.disk(each)) for each in everybody}

    stage_street.play(folder, scenario, history_speed=SPEED)
    return told


async def _live(street: Street) -> list[Neighbour]:
    """Anna has a long backlog, Bert and Cora read and answer, two servers hold for them."""
    anna = await street.move_in()
    await anna.say("hello from Anna", "the second")
    await anna.say_many(BACKLOG)
    bert = await street.move_in(anna)
    cora = await street.move_in(anna, bert)
    await bert.follow(anna)
    await cora.follow(bert)
    await street.pass_time(6)
    await bert.say("hello from Bert")
    await street.ask(bert, lambda node: answer(node, anna, "an answer"))
    await street.pass_time(2)
    await cora.follow(anna)
    await anna.follow(bert, cora)
    await street.pass_time(6)
    await street.ask(cora, lambda node: answer(node, anna, "hello, another answer"))
    server = await street.move_in(anna, server=True)
    await server.follow(anna)
    other = await street.move_in(anna, server, server=True)
    await other.follow(bert)
    await street.pass_time(26)
    await cora.stop()
    await anna.say("while Cora sleeps")
    await street.ask(bert, lambda node: unfollow(node, cora))
    await street.pass_time(4)
    await street.start(cora)
    await street.pass_time(4)
    return [anna, bert, cora, server, other]


async def _ask_all(street: Street, everybody: list[Neighbour]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for one in everybody:
        for name, question in QUESTIONS.items():
            told[f"{one.number}: {name}"] = await _ask(street, one, question, one)
        for who in everybody:
            for name, question in QUESTIONS_ABOUT.items():
                told[f"{one.number}: {name} of {who.number}"] = await _ask(
                    street, one, question, who
                )
    for one in (everybody[0], everybody[-1]):
        for name, question in LAST.items():
            told[f"{one.number}: at last, {name}"] = await _ask(street, one, question, one)
    await street.pass_time(2)
    return told


async def _ask(
    street: Street, one: Neighbour, question: Callable[..., Any], who: Neighbour
) -> Any:
    try:
        return _plain(await street.ask(one, lambda node: question(node, who)))
    except Exception as error:
        if not is_error(error):
            raise
        return short(f"{type(error).__name__}: {error}")


def _by_link(carried: list[tuple[int, int, str, bytes]]) -> dict[str, list[str]]:
    """Messages of each direction, in order: that is the protocol.

    The order of all tells more than a peer can see: also which link had its turn first.
    """
    links: dict[str, list[str]] = {}
    for one, other, kind, data in carried:
        told = f"{kind} {len(data)} {_digest(data)}"
        links.setdefault(f"{one} > {other}", []).append(told)
    return links


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: bytes as a digest, numbers to nine digits."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case bytes():
            return f"{len(value)} {_digest(value)}"
        case float():
            return float(f"{value:.9g}")
    return value


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]
