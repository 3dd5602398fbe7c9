"""Test vectors of Project Wycheproof (C2SP/wycheproof, Apache-2.0), as they were published."""

import gzip
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vectors" / "wycheproof"


def read(name: str) -> Any:
    """Return a whole file, by its name without endings."""
    return json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))


def cases_of(name: str) -> list[dict[str, Any]]:
    """Return the cases of a file, each with what its group says of it."""
    return [
        {**{key: value for key, value in group.items() if key != "tests"}, **case}
        for group in read(name)["testGroups"]
        for case in group["tests"]
    ]
