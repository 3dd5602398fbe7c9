"""Reads the records, and writes them anew: ``python -m tests.golden.record [NAME ...]``.

A record is one JSON object: what was asked -> what was answered.  Written anew it has to be
read as carefully as code, because every difference is one that somebody may rely on.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.golden import api, bodies, commands, ledger, messages, pages, street

FOLDER: Final = Path(__file__).parent / "records"

Told = Mapping[str, Any]

SCENES: Final[dict[str, Callable[[Path], Told]]] = {
    "messages": messages.play,
    "bodies": bodies.play,
    "ledger": ledger.play,
    "api": api.play,
    "commands": commands.play,
    "pages": pages.play,
    "street": street.play,
}
"""Name of a record -> what makes it; each is given an empty folder."""


def read(name: str) -> dict[str, Any]:
    """Return a record as it was written."""
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def as_json(told: Told) -> Any:
    """Return what a scene told as it comes back from a file."""
    return json.loads(json.dumps(told))


def write(name: str) -> None:
    """Play a scene and keep what it tells."""
    with tempfile.TemporaryDirectory() as folder:
        told = SCENES[name](Path(folder))
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or SCENES:
        write(chosen)
