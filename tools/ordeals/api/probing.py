"""A prober in its own environment beside a node, and what is seen of both meanwhile."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field
from wheelhouse.programs import python_program

from ordeals.api.description import Json
from ordeals.strangers.besieged import Besieged

SCHEMATHESIS: Final = "schemathesis==4.32.*"
"""Brings a plugin that every run of pytest would load, so it has an environment of its own."""

PROBER: Final = Path(__file__).with_name("prober.py")
END_S: Final = 120
"""How long a prober may take beyond its time: for the request that it waits for."""

NOT_MADE_UP: Final = "not made up"


class Errand(Struct, frozen=True, kw_only=True):
    """What a prober is to do."""

    description: Json
    headers: dict[str, str]
    seconds: float
    seed: int


class Probed(Struct):
    """What came of it."""

    statuses: dict[str, int] = field(default_factory=dict)
    operations: int = 0
    turns: int = 0
    """How often all of them were asked."""
    found: list[str] = field(default_factory=list)
    """A line for each kind of answer that must not be."""
    not_made_up: int = 0
    """Operations of which nothing of one kind, good or wrong, could be made up."""
    memory: list[int] = field(default_factory=list)
    """Of the node, in bytes, about every second."""

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())


def probe(node: Besieged, errand: Errand) -> Probed:
    """Send a node what is made up, for as long as it lasts.

    Raises:
        NotInstalled: There is no prober, and none to be had.
        OSError: It broke off.
    """
    program = python_program("schemathesis", SCHEMATHESIS) / "python"
    given = {
        "url": node.url,
        "headers": errand.headers,
        "description": errand.description,
        "seconds": errand.seconds,
        "seed": errand.seed,
    }
    probed = Probed()
    with subprocess.Popen(
        [str(program), str(PROBER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=node.home.parent,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(given))
        process.stdin.close()
        for line in process.stdout:
            _take(probed, json.loads(line))
            if node.is_alive:
                probed.memory.append(node.rss_bytes)
        code = process.wait(END_S)
    if code != 0:
        raise OSError(f"the prober ended with {code}")
    return probed


def _take(probed: Probed, said: dict[str, Any]) -> None:
    if "statuses" in said:
        probed.statuses = said["statuses"]
        probed.operations = said.get("operations", probed.operations)
        probed.turns = said.get("turns", probed.turns)
    elif said["kind"] == NOT_MADE_UP:
        probed.not_made_up += 1
    else:
        line = f"{said['operation']}: {said['kind']}: {said['what']} ({said['said']})"
        probed.found.append(line)
