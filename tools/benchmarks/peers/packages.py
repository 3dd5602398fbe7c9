"""Where the programs in JavaScript have their packages: a folder that is not the checkout."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Final

from swarmfeed.errors import UserError

PROGRAMS: Final = Path(__file__).parent / "programs"
INSTALL_TIMEOUT_S: Final = 1_200
"""One of the packages is compiled where no binary of it can be had."""

INSTALLED: Final = "installed.json"
"""What was installed: the list of packages as it was then."""


def programs_in(folder: Path, *, install: bool) -> Path | str:
    """Return the folder of the programs, ready to run, or why there is none.

    Args:
        folder: Where the packages are, or are to be.
        install: Fetch them from the registry of npm where they are not there.

    Raises:
        UserError: They could not be fetched.
    """
    for needed in ("node", "npm"):
        if shutil.which(needed) is None:
            return f"there is no {needed} on this machine"
    wanted = (PROGRAMS / "package.json").read_text(encoding="utf-8")
    installed = folder / INSTALLED
    if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
        if not install:
            return "its packages are not installed (--install, --programs FOLDER)"
        _install(folder)
        installed.write_text(wanted, encoding="utf-8")
    for program in PROGRAMS.glob("*.mjs"):
        shutil.copy(program, folder)
    return folder


def _install(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROGRAMS / "package.json", folder)
    command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(f"npm did not install within {INSTALL_TIMEOUT_S} s") from error
    if done.returncode:
        raise UserError(f"npm could not install: {done.stderr.strip()[-500:]}")


def version_of(folder: Path, package: str) -> str:
    """Return the version of an installed package, as its own description has it."""
    described = folder / "node_modules" / package / "package.json"
    return str(json.loads(described.read_text(encoding="utf-8"))["version"])
