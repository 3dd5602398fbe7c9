"""The command line of ``tools/seek``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from swarmfeed.core.base.texts import counted

from seeker.needle import Needle
from seeker.seeking import seek


def main(argv: Sequence[str]) -> int:
    """Print every place; 0 when there is none, 1 when there are, as of a check."""
    parser = argparse.ArgumentParser(prog="tools/seek", description=__doc__)
    parser.add_argument("text", help="with at least one long word: it is found by a part of it")
    parser.add_argument("home", type=Path, help="the folder that is looked through")
    asked = parser.parse_args(argv)
    if not asked.home.is_dir():
        parser.error(f"{asked.home} is no folder")
    try:
        needle = Needle(asked.text)
    except ValueError as error:
        parser.error(str(error))
    found = seek(asked.home, needle)
    for place in found:
        print(place)
    print(counted(len(found), "place", "places") if found else "nothing of it is there")
    return 1 if found else 0
