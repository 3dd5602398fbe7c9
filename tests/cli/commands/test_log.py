"""``swarmfeed log``: what the running node wrote down."""

import json
from collections.abc import Callable

from click.testing import Result
from street.fakes.anna import NOW_MS
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.core.asks.logged import LogLine, LogLines, WhatWasLogged

Run = Callable[..., Result]


def test_lines_are_printed_from_a_level_on(run: Run, node: AnnasDesk) -> None:
    asked: list[WhatWasLogged] = []
    line = LogLine(number=7, time_ms=NOW_MS - 60_000, level="warning", said="strained disk")

    def answer(_desk: AnnasDesk, ask: WhatWasLogged) -> LogLines:
        asked.append(ask)
        return LogLines(lines=(line,), next=None)

    node.rows[WhatWasLogged] = answer
    assert run("log").stdout.splitlines()[1].split("\t")[1:] == ["warning", "strained disk"]
    told = json.loads(run("log", "--level", "error", "--limit", "5", "--json").stdout)
    assert told == {
        "lines": [
            {"number": 7, "time_ms": line.time_ms, "level": "warning", "said": "strained disk"}
        ],
        "next": None,
    }
    assert [(each.level, each.limit) for each in asked] == [("info", 100), ("error", 5)]
