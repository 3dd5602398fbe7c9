"""The command line of ``tools/torture``."""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Final

from swarmfeed.cli.log import send_to_stderr

from ordeals.again import AGAIN
from ordeals.api.main import API
from ordeals.birth import BIRTH
from ordeals.bits.play import BITS
from ordeals.devices.main import DEVICES
from ordeals.devices.street import STREETS
from ordeals.failures.main import FAILURES
from ordeals.layer.main import LAYER, LAYER_SMALL
from ordeals.letters.crowd import LETTERS_CROWD
from ordeals.letters.main import LETTERS, LETTERS_DEVICES, LETTERS_SMALL
from ordeals.minutes.main import MINUTES
from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.own.history import OWN_HISTORY
from ordeals.page.main import PAGE
from ordeals.plain.seed import STRANGERS_SEED
from ordeals.private.main import PRIVATE
from ordeals.soak import SOAK
from ordeals.strangers.main import STRANGERS
from ordeals.thefts.main import THEFTS
from ordeals.withdrawing import WITHDRAWING

ORDEALS: Final[tuple[Ordeal, ...]] = (
    OWN_HISTORY,
    BIRTH,
    AGAIN,
    STRANGERS,
    STRANGERS_SEED,
    FAILURES,
    BITS,
    WITHDRAWING,
    DEVICES,
    PRIVATE,
    STREETS,
    THEFTS,
    LAYER,
    LAYER_SMALL,
    LETTERS,
    LETTERS_DEVICES,
    LETTERS_SMALL,
    LETTERS_CROWD,
    API,
    PAGE,
    MINUTES,
    SOAK,
)
"""All there are; a new one is a line here."""

GIVEN_WAY_SHOWN_MAX: Final = 20
"""Lines on what gave way that are printed; the first ones tell the kind."""


def main(argv: Sequence[str]) -> int:
    """Play what was asked for; 0 when all held."""
    asked = _parse(argv)
    send_to_stderr("warning")  # of nodes in this process too
    if asked.list:
        for each in _all():
            print(f"{each.name:<14} {each.about} ({each.cases} cases)")
        return 0
    chosen = [each for each in _all() if each.name == asked.name] if asked.name else ORDEALS
    if asked.sample and not asked.name:
        chosen = [each for each in chosen if each.sample]
    if asked.timed is not None:
        chosen = [each for each in chosen if each.is_timed == asked.timed]
    held = [_play(each, asked) for each in chosen]
    return 0 if held and all(held) else 1


def _all() -> list[Ordeal]:
    """Those that are played when none is named, each followed by its parts."""
    return [each for ordeal in ORDEALS for each in (ordeal, *ordeal.parts)]


def _play(ordeal: Ordeal, asked: argparse.Namespace) -> bool:
    cases = asked.cases or (ordeal.sample if asked.sample else ordeal.cases)
    print(f"{ordeal.name}: begins", file=sys.stderr, flush=True)  # what is logged is its own
    started = time.monotonic()
    outcome = ordeal.play(Plan(seed=asked.seed, cases=cases))
    _print(ordeal.name, asked.seed, outcome, time.monotonic() - started)
    return outcome.held


def _print(name: str, seed: int, outcome: Outcome, seconds: float) -> None:
    verdict = "held" if outcome.held else "GAVE WAY"
    print(f"{name}: {verdict}, {outcome.cases} cases of seed {seed} in {seconds:.0f} s")
    for label, value in outcome.figures.items():
        print(f"  {label}: {value}")
    for line in outcome.gave_way[:GIVEN_WAY_SHOWN_MAX]:
        print(f"  gave way: {line}")
    if len(outcome.gave_way) > GIVEN_WAY_SHOWN_MAX:
        print(f"  and {len(outcome.gave_way) - GIVEN_WAY_SHOWN_MAX} more")
    sys.stdout.flush()


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/torture", description=__doc__)
    names = [each.name for each in _all()]
    parser.add_argument(
        "name", nargs="?", choices=names, metavar="NAME", help="all if left out"
    )
    parser.add_argument("--list", action="store_true", help="what there is")
    parser.add_argument("--seed", type=int, default=1, help="of the cases' luck")
    parser.add_argument("--cases", type=int, help="how many, instead of the whole proof")
    parser.add_argument(
        "--sample", action="store_true", help="a few cases of each, as tools/test"
    )
    parser.add_argument(
        "--timed",
        action=argparse.BooleanOptionalAction,
        help="those alone that measure how long something takes, or those that only wait",
    )
    asked = parser.parse_args(argv)
    if asked.cases is not None and asked.cases < 1:
        parser.error("--cases: at least 1")
    return asked
