"""Programs of others in environments of their own, installed once into a folder that is kept.

That is ``SWARMFEED_TEST_CACHE``, or ``.cache`` in the checkout.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[2]
CACHE: Final = Path(os.environ.get("SWARMFEED_TEST_CACHE", CHECKOUT / ".cache"))
INSTALL_S: Final = 600


class NotInstalled(Exception):
    """It is not here, and could not be fetched; says why."""


def python_program(name: str, *packages: str) -> Path:
    """Return the folder of programs of an environment with some packages of PyPI.

    Raises:
        NotInstalled: The registry could not be reached.
    """
    folder = CACHE / "python" / name
    done = folder / "installed"
    if not done.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install([str(folder / "bin" / "pip"), "install", "-q", *packages], folder)
        done.touch()
    return folder / "bin"


def install(command: list[str], folder: Path) -> None:
    """Run what fetches packages into a folder.  Raises NotInstalled."""
    try:
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=INSTALL_S
        )
    except FileNotFoundError as error:
        raise NotInstalled(f"{command[0]} is not on this machine") from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = str(error.stderr or error)[-300:]
        sentence = f"the registry could not be reached to install {command[-1]}: {said}"
        raise NotInstalled(sentence) from error
