"""``tools/torture minutes``: from the wheel to a conversation between two machines.

The wheel is built as it is released; all after that is what a person would do: install it,
start it, click through the pages of the start, hand over a link, post a photograph, answer.
Nobody types or reads here, so seconds are those of machines; what a person has to press and
fill in is counted beside.
"""

import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from playwright.sync_api import Error, FilePayload, Playwright, expect, sync_playwright
from street.photographs import photograph
from wheelhouse.building import build, install
from wheelhouse.commands import Deadline, Failed

from ordeals.minutes.machines import Machine, two_machines
from ordeals.minutes.person import Person, Watch, begins, follows
from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.page.windows import CHROMIUM, PATIENCE_MS, PROGRAMS

CHECKOUT: Final = Path(__file__).resolve().parents[3]
INSTALLED_S: Final = 900
"""For building, and for what is installed in one case."""


def play(plan: Plan) -> Outcome:
    """Play the ten minutes so many times, each with homes and browsers of its own."""
    outcome, watches = Outcome(), list[Watch]()
    with (
        tempfile.TemporaryDirectory(prefix="swarmfeed-minutes-") as name,
        sync_playwright() as it,
    ):
        folder = Path(name)
        if not PROGRAMS[CHROMIUM].exists():
            outcome.gave_way.append("Chromium is not installed")
            return outcome
        wheel, _ = build(CHECKOUT, folder, Deadline(INSTALLED_S))
        for case in range(plan.cases):
            watch, place = Watch(), folder / f"case-{case}"
            place.mkdir()
            outcome.cases += 1
            program_of = partial(_install, wheel, Deadline(INSTALLED_S))
            try:
                with two_machines() as machines:
                    outcome.figures["machines"] = machines[0].kind
                    outcome.gave_way += meet(it, machines, program_of, place, watch)
            except (AssertionError, Error, Failed, OSError) as error:
                outcome.gave_way.append(f"case {case}: {' '.join(str(error).split())[:900]}")
            watches.append(watch)
    _tell(outcome, watches)
    return outcome


def _install(wheel: Path, deadline: Deadline, person: Person) -> Path:
    with person.watch.step(f"{person.name}: installed"):
        return install(sys.executable, wheel, person.folder / "it", deadline)


def meet(
    playwright: Playwright,
    machines: tuple[Machine, Machine],
    program_of: Callable[[Person], Path],
    place: Path,
    watch: Watch,
) -> list[str]:
    """Play two people, from their programs to a conversation; returns what browsers complained
    of, and nodes that did not end well.

    Raises:
        AssertionError, Error: Something was not there in time.
    """
    expect.set_options(timeout=PATIENCE_MS)
    people = []
    for name, machine in zip(("Anna", "Ben"), machines, strict=True):
        (place / name).mkdir()
        people.append(Person(name, machine, place / name, watch))
    try:
        for person in people:
            program = program_of(person)
            with watch.step(f"{person.name}: started, until a page can be opened"):
                link = person.start(program)
            with watch.step(f"{person.name}: a browser shows the first page"):
                person.browse(playwright, link)
                person.sees("Your words, on your machine")
            begins(person)
        _talk(*people)
        said = [f"{each.name}: {told}" for each in people for told in each.complaints]
    finally:
        codes = [each.end() for each in people]
    return [*said, *(f"a node ended with {code}" for code in codes if code)]


def _talk(anna: Person, ben: Person) -> None:
    """They follow each other; a photograph, an answer, an answer to that."""
    watch = anna.watch
    follows(ben, anna)
    follows(anna, ben)
    for person in (anna, ben):
        with watch.step(f"{person.name}: home"):
            person.follow_link("Home")
            person.sees("Home")
    with watch.step("Anna posts a photograph of 5 MB"):
        watch.act()
        anna.page.get_by_text("Pictures and files", exact=True).click()
        picture = FilePayload(name="harbour.jpg", mimeType="image/jpeg", buffer=photograph())
        watch.act()
        anna.page.locator("input[name=file1]").set_input_files(picture)
        anna.type("What picture 1 shows", "The harbour in the morning.")
        anna.type("New post", "This is what I see from here.")
        anna.press("Post")
        anna.reads("from here")
    with watch.step("Ben sees it, on a page that is open"):
        watch.act()
        ben.page.get_by_role("link", name=re.compile("new post")).click()
        picture_of = ben.page.get_by_role("img", name="The harbour in the morning.")
        expect(picture_of).to_be_visible()
        drawn = "image => image.decode().then(() => image.naturalWidth)"
        assert picture_of.evaluate(drawn) > 0, "the photograph is none"
    _answer(ben, "from here", "I know that crane!")
    _go_on(anna, ben)


def _go_on(anna: Person, ben: Person) -> None:
    """She hears of his answer and answers; he reads that where he is."""
    watch = anna.watch
    with watch.step("Anna hears of the answer, and opens it"):
        expect(anna.page.locator("#unread:not([hidden])")).to_be_visible()
        anna.page.get_by_role("link", name=re.compile("^Notices")).first.click()
        watch.act()
        anna.reads("I know that crane!")
        watch.act()
        anna.page.get_by_text("I know that crane!").first.click()
    with watch.step("Anna answers"):
        anna.type("Reply", "Come and see it.")
        anna.press("Reply")
        anna.reads("Come and see it.")
    with watch.step("Ben reads it in the thread that is open"):
        watch.act()
        ben.page.locator("#new-replies").click()
        ben.reads("Come and see it.")


def _answer(person: Person, to: str, text: str) -> None:
    with person.watch.step(f"{person.name} answers"):
        post = person.page.get_by_role("article").filter(has_text=to).first
        person.watch.act()
        post.locator(".reply-link").click()
        person.type("Reply", text)
        person.press("Reply")
        person.reads(text)


def _tell(outcome: Outcome, watches: Sequence[Watch]) -> None:
    steps = dict.fromkeys(step for watch in watches for step in watch.seconds)
    total = 0.0
    for step in steps:
        took = median(watch.seconds[step] for watch in watches if step in watch.seconds)
        acts = max(watch.done[step] for watch in watches)
        total += took
        outcome.figures[step] = f"{took:.1f} s" + (f", {acts} things to do" if acts else "")
    acts = max((watch.done.total() for watch in watches), default=0)
    outcome.figures["all of it"] = f"{total:.1f} s, {acts} things to do"


MINUTES: Final = Ordeal(
    name="minutes",
    about="two people install the wheel on machines of their own and have a conversation with"
    " a photograph, by the page alone; each step timed",
    cases=1,
    sample=0,
    play=play,
)
