"""``tools/torture page``: every scene in every browser that is installed here."""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

from msgspec import Struct
from playwright.sync_api import Error

from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.page.fields import TYPED
from ordeals.page.hostile import HOSTILE
from ordeals.page.keyboard import KEYBOARD
from ordeals.page.links import LINKS
from ordeals.page.said import SAID
from ordeals.page.stage import Scene, Stage, Variant
from ordeals.page.stories import NETWORK, PEOPLE, READING, SETTINGS, WRITING
from ordeals.page.tabs import MANY_TABS
from ordeals.page.town import Town
from ordeals.page.windows import CHROMIUM, FIREFOX, PROGRAMS, SHELL, Browsers, Window
from ordeals.strangers.besieged import Besieged, Refused

STORIES: Final = (READING, WRITING, PEOPLE, MANY_TABS, KEYBOARD, NETWORK, SETTINGS)
"""Each is played in every way."""
VARIANTS: Final = (
    Variant(browser=FIREFOX, script=True),
    Variant(browser=CHROMIUM, script=False),
    Variant(browser=FIREFOX, script=False),
    Variant(browser=CHROMIUM, script=True),
)
"""Each scene begins with another one, so that a sample has them all."""
TEXT_WAYS: Final = (
    (Variant(browser=FIREFOX, script=True), Variant(browser=SHELL, script=False)),
    (Variant(browser=SHELL, script=True), Variant(browser=FIREFOX, script=False)),
)
"""Each text is played with script in one browser, and without in the other."""
PLAIN: Final = Variant(browser="", script=False)
"""Of what asks by itself: no browser is opened for it."""
PARTS: Final = {
    "stories": "reading, writing, people, network and settings, by keyboard, and in 12 tabs",
    "fields": "every field x texts that would run",
    "said": "everything that others say, sites and archives too, x texts that would run",
    "sent": "every field x texts, sent and read in no browser: quick",
    "read": "all of said, read by a parser in no browser: quick",
    "links": "every page and parameter x texts that would run",
    "headers": "every address x hostile headers",
}
"""What of it can be played alone."""

SAMPLE: Final = 11
"""The first of all but read and sent: a test plays those, while no browser may be opened."""


class Case(Struct, frozen=True, kw_only=True):
    """One scene, in one way."""

    part: str
    scene: Scene
    variant: Variant

    def __str__(self) -> str:
        return f"{self.scene.name}, {self.variant}"

    @property
    def kind(self) -> str:
        """What it is called together with those that differ in a text or a header."""
        return self.scene.name.partition(":")[0]


def cases(part: str = "") -> list[Case]:
    """Those of a part, or all: then the first few are of each kind one, each in another way."""
    lines = [
        *([("stories", scene, each) for each in _turned(number)]
          for number, scene in enumerate(STORIES)),
        list(_in_two_ways("said", SAID, TEXT_WAYS)),
        list(_in_two_ways("fields", TYPED, TEXT_WAYS[::-1])),
        [("links", scene, PLAIN) for scene in LINKS],
        [("headers", scene, PLAIN) for scene in HOSTILE],
        [("read", scene, PLAIN) for scene in SAID],
        [("sent", scene, PLAIN) for scene in TYPED],
    ]  # fmt: skip
    return [
        Case(part=each[0], scene=each[1], variant=each[2])
        for each in chain(*zip_longest(*lines))
        if each is not None and part in ("", each[0])
    ]


def _in_two_ways(
    part: str, scenes: Sequence[Scene], ways: Sequence[tuple[Variant, Variant]]
) -> Iterator[tuple[str, Scene, Variant]]:
    """Both ways of a text; the first text begins with the first ones."""
    for half in (0, 1):
        for number, scene in enumerate(scenes):
            yield part, scene, ways[number % 2][half]


def _turned(by: int) -> list[Variant]:
    start = by % len(VARIANTS)
    return [*VARIANTS[start:], *VARIANTS[:start]]


def play(part: str, plan: Plan) -> Outcome:
    """Play so many cases of a part, or of all: those in Firefox beside all others.

    Each is told of as it ends: all of them take long, and what was played counts if they are
    cut off.
    """
    chosen = list(enumerate(cases(part)[: plan.cases]))
    lanes: dict[bool, Lane] = {}
    for number, case in chosen:
        lanes.setdefault(case.variant.browser == FIREFOX, []).append((number, case))
    with ThreadPoolExecutor(len(lanes)) as pool:
        played = list(pool.map(partial(_play_lane, plan), lanes.values()))
    outcome, took = Outcome(), Counter[str]()
    for each, seconds in played:
        outcome.cases += each.cases
        outcome.figures |= each.figures
        outcome.gave_way += each.gave_way
        took.update(seconds)
    outcome.figures["seconds"] = ", ".join(f"{name} {took[name]}" for name in took)
    return outcome


Lane = list[tuple[int, Case]]
"""Cases that are played one after the other, each with its number."""


def _play_lane(plan: Plan, lane: Lane) -> tuple[Outcome, Counter[str]]:
    """Play them in a town of their own, so that they and another lane's do not touch; returns
    also how many seconds each kind took.
    """
    outcome, browsers = Outcome(), Browsers()
    took: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-page-") as name:
        town = Town(Path(name))
        try:
            for number, case in lane:
                started_s = time.monotonic()
                _play(case, Player(town, browsers, plan, number), outcome)
                seconds = round(time.monotonic() - started_s)
                took[case.kind] += seconds
                print(f"  {case}: {seconds} s", file=sys.stderr, flush=True)
        finally:
            browsers.close()
            town.close()
    if missing := set(PROGRAMS) - set(browsers.names):
        outcome.figures["not installed, so not played"] = ", ".join(sorted(missing))
    return outcome, took


class Player(Struct, frozen=True):
    """What one case is played with."""

    town: Town
    browsers: Browsers
    plan: Plan
    number: int


def _play(case: Case, player: Player, outcome: Outcome) -> None:
    if case.variant.browser not in ("", *player.browsers.names):
        return
    outcome.cases += 1
    folder = player.town.folder / f"case-{player.number}"
    folder.mkdir()
    for sentence in _faults(case, player, folder, outcome):
        outcome.gave_way.append(f"{case}: {sentence}")
        print(f"  gave way: {outcome.gave_way[-1]}", file=sys.stderr, flush=True)


def _faults(case: Case, player: Player, folder: Path, outcome: Outcome) -> Iterator[str]:
    player.town.log_in_anew()
    try:
        node = player.town.at(case.scene.at)
        window = _opened(case.variant, player.browsers, node)
    except Exception as error:
        yield f"it did not begin: {_in_short(error)}"
        return
    luck = player.plan.luck(player.number)
    stage = Stage(
        town=player.town,
        opened=window,
        at=case.scene.at,
        variant=case.variant,
        word=f"case{player.number}x{luck.randrange(10**6)}",
        luck=luck,
        folder=folder,
    )
    try:
        case.scene.play(stage)
    except Exception as error:  # also one that nobody foresaw: the other cases are played
        yield f"{_in_short(error)} (at {window.page.url if window else case.scene.at})"
    finally:
        if window:
            window.close()
    for told in stage.seen:
        outcome.figures[case.kind] = told
    if window:
        yield from dict.fromkeys(window.complaints)


def _opened(variant: Variant, browsers: Browsers, node: Besieged) -> Window | None:
    """The window it is played in; None where it needs none."""
    if not variant.browser:
        return None
    return browsers.window(variant.browser, node, script=variant.script)


def _in_short(error: Exception) -> str:
    known = isinstance(error, (AssertionError, Error, Refused))
    return " | ".join((str(error) if known else repr(error)).splitlines())[:600]


def _ordeal(name: str, about: str, part: str = "", parts: tuple[Ordeal, ...] = ()) -> Ordeal:
    return Ordeal(
        name=name,
        about=about,
        cases=len(cases(part)),
        sample=0 if part else SAMPLE,
        play=partial(play, part),
        parts=parts,
    )


PAGE: Final = _ordeal(
    "page",
    "the page of real nodes in Chromium and Firefox, with and without script: all its parts",
    parts=tuple(_ordeal(f"page/{part}", about, part) for part, about in PARTS.items()),
)
