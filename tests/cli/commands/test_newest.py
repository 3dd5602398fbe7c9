"""``newest``: whether there is anything newer than what is here."""

import json
from collections.abc import Callable

from click.testing import Result
from street.fakes.anna import ANNA, BERT
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.core.base.address import format_author

Run = Callable[..., Result]


def test_it_asks_about_whom_one_means_or_oneself(run: Run, node: AnnasDesk) -> None:
    assert run("newest").stdout.split() == ["asked", "about", ANNA.hex()]
    printed = json.loads(run("newest", format_author(BERT), "--json").stdout)
    assert set(printed) == {"as_of_ms", "seen_by", "kept_back", "sentence"}
    assert printed["sentence"].endswith(BERT.hex())
