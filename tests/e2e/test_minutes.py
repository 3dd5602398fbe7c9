"""The first ten minutes of two people, from their programs on; ``tools/torture minutes`` has
them install the wheel before."""

import sys
from pathlib import Path

import pytest
from ordeals.minutes.machines import two_machines
from ordeals.minutes.main import meet
from ordeals.minutes.person import Watch
from ordeals.page.windows import CHROMIUM, PROGRAMS
from playwright.sync_api import sync_playwright

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PROGRAM = Path(sys.executable).with_name("swarmfeed")


def test_two_people_have_a_conversation_with_a_photograph_by_their_links_alone(
    tmp_path: Path,
) -> None:
    if not PROGRAMS[CHROMIUM].exists():
        pytest.fail("Chromium is missing; install it with: apt-get install chromium")
    watch = Watch()
    with sync_playwright() as it, two_machines() as machines:
        assert meet(it, machines, lambda _: PROGRAM, tmp_path, watch) == []
    assert watch.done.total() > 30, "a person does something in each step"
