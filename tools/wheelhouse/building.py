"""Builds wheel and sdist of a checkout, and installs them into environments of their own."""

import sys
from pathlib import Path

from wheelhouse.commands import Deadline, Failed, run


def build(checkout: Path, folder: Path, deadline: Deadline) -> tuple[Path, Path]:
    """Build into ``folder``; returns the wheel and the sdist.

    The wheel is built from the sdist, so it proves that one complete too.

    Raises:
        Failed: It could not be built.
    """
    run([sys.executable, "-m", "build", "--outdir", folder, checkout], folder, deadline)
    return _only(folder, "*.whl"), _only(folder, "*.tar.gz")


def install(python: str, parcel: Path, place: Path, deadline: Deadline) -> Path:
    """Install wheel or sdist into a new environment at ``place``; returns its ``swarmfeed``.

    Raises:
        Failed: It could not be installed, or Python finds the packages somewhere else.
    """
    run([python, "-m", "venv", place], place.parent, deadline)
    inside = place / "bin" / "python"
    pip = (inside, "-m", "pip", "install", "-q", "--disable-pip-version-check", parcel)
    run(pip, place.parent, deadline)
    say = "import swarmfeed, webui; print(swarmfeed.__file__); print(webui.__file__)"
    for found in run([inside, "-c", say], place.parent, deadline).splitlines():
        if not Path(found).is_relative_to(place):
            raise Failed(f"{found} is imported, which is not in the new environment {place}")
    return place / "bin" / "swarmfeed"


def _only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise Failed(f"{pattern}: {len(found)} files were built, not one")
    return found[0]
