"""Builds wheel and sdist of a checkout, and installs them into environments of their own."""

import sys
from pathlib import Path
from typing import Final

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


INSTALLERS: Final = {"pipx": ("install",), "uv": ("tool", "install")}
"""Programs by which people install programs, and the words that say so."""

_UV_SETTINGS: Final = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
"""What pip calls a setting, and uv."""


def install_by(name: str, python: str, wheel: Path, place: Path, deadline: Deadline) -> Path:
    """Install a wheel by pipx or uv, into folders at ``place``; returns its ``swarmfeed``.

    Raises:
        Failed: It could not be installed.
    """
    run([python, "-m", "venv", place / "own"], place.parent, deadline)
    inside = place / "own" / "bin"
    pip = (inside / "python", "-m", "pip", "--disable-pip-version-check")
    run([*pip, "install", "-q", name], place, deadline)
    told = {
        **_told_to_uv(run([*pip, "config", "list"], place, deadline)),
        "PIPX_HOME": str(place / "home"),
        "PIPX_BIN_DIR": str(place / "bin"),
        "PIPX_MAN_DIR": str(place / "man"),
        "UV_TOOL_DIR": str(place / "home"),
        "UV_TOOL_BIN_DIR": str(place / "bin"),
        "UV_CACHE_DIR": str(place / "cache"),
    }
    words: list[str | Path] = [inside / name, *INSTALLERS[name], "--python", python, wheel]
    run(words, place, deadline, told)
    return place / "bin" / "swarmfeed"


def _told_to_uv(settings: str) -> dict[str, str]:
    """Where pip is told to look, in the words of uv, which pipx may use as well."""
    found = {}
    for line in settings.splitlines():
        name, _, value = line.partition("=")
        if (uv := _UV_SETTINGS.get(name.rpartition(".")[2])) and "," not in value:
            found[uv] = value.strip("'")
    # pip takes the best of all places; uv would stop at the first.
    return {**found, "UV_INDEX_STRATEGY": "unsafe-best-match"}


def _only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise Failed(f"{pattern}: {len(found)} files were built, not one")
    return found[0]
