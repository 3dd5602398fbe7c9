"""``mute``, ``unmute`` and ``state save``."""

import json
from collections.abc import Callable

from click.testing import Result
from street.fakes.anna import BERT, AnnasDesk
from swarmfeed.core.base.address import format_author

Run = Callable[..., Result]


def test_mute_and_unmute_take_a_link(run: Run, node: AnnasDesk) -> None:
    link = f"swarmfeed:{format_author(BERT)}?name=Bert"
    assert run("mute").stdout == "You muted nobody.\n"
    result = run("mute", link)
    assert result.exit_code == 0 and result.stdout.startswith("Muted: Bert.")
    assert node.muted == {BERT}
    assert run("mute").stdout.startswith(format_author(BERT))
    printed = json.loads(run("unmute", format_author(BERT), "--json").stdout)
    assert (printed["author"], "muted" in printed) == (format_author(BERT), False)
    assert node.muted == set()


def test_to_unmute_who_was_not_muted_is_refused(run: Run, node: AnnasDesk) -> None:
    result = run("unmute", format_author(BERT))
    assert result.exit_code == 1 and "You did not mute" in result.stderr
    assert node.muted == set()


def test_state_save_says_who_can_open_it(run: Run) -> None:
    printed = run("state", "save").stdout
    assert "1 device can open it" in printed and "your two sheets" in printed
    saved = {"rows": 3, "entries": 2, "devices": 1, "sheets": 2}
    assert json.loads(run("state", "save", "--json").stdout) == saved
