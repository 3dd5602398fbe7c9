"""Makes the virtual environment of this checkout, once, and continues inside it.

Only the standard library is used, and no syntax newer than Python 3.6, so that an old Python
gets to say that it is too old.  Types that it does not know stand in quotation marks.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from typing import NoReturn

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(CHECKOUT, ".venv")
PYTHON_OLDEST = (3, 11)
NEWER_PYTHONS = [f"python3.{minor}" for minor in range(14, 10, -1)]
SETTINGS = ["setup.cfg", "pyproject.toml"]


def enter(extra: str = "") -> None:
    """Continue this program inside the checkout's environment, making it where needed.

    Returns only inside it.  ``extra`` is the group of ``setup.cfg`` that is installed beside
    what a node needs.
    """
    _find_new_python()
    python = os.path.join(VENV, "bin", "python")
    _install(python, extra)
    if os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        sys.stdout.flush()
        os.execv(python, [python, os.path.abspath(sys.argv[0]), *sys.argv[1:]])


def take_no_options(about: "str | None") -> None:
    """Say what a program is about when asked, and refuse what it would pass over."""
    argparse.ArgumentParser(
        prog=os.path.relpath(sys.argv[0]),
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()


def give_up(sentence: str) -> "NoReturn":
    """Say why this program cannot go on, and end with exit code 1."""
    sys.exit(f"{os.path.relpath(sys.argv[0])}: {sentence}")


def _find_new_python() -> None:
    if sys.version_info >= PYTHON_OLDEST:
        return
    for name in NEWER_PYTHONS:
        found = shutil.which(name)
        # Version managers leave names on the path behind which there is nothing.
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            os.execv(found, [found, *sys.argv])
    oldest, this = (
        ".".join(map(str, version[:2])) for version in (PYTHON_OLDEST, sys.version_info)
    )
    give_up(f"swarmfeed needs Python {oldest} or newer; this one is {this}")


def _install(python: str, extra: str) -> None:
    # Two tools that are started at once must not install into one folder together.
    lock = os.open(CHECKOUT, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(python) or not os.path.exists(os.path.join(VENV, "bin", "pip")):
            _make(python)
        if _stamp(extra) in _read_stamps():
            return
        _install_packages(python, extra)
        with open(_stamp_path(), "a") as stamps:
            # Whoever tests has all that running needs.
            for line in {_stamp(extra), _stamp("")}:
                stamps.write(line + "\n")
    finally:
        os.close(lock)


def _make(python: str) -> None:
    print(f"making {os.path.relpath(VENV)} (only the first time) ...", file=sys.stderr)
    try:
        import ensurepip  # noqa: F401  Debian ships venv without it
        import venv
    except ImportError:
        give_up(
            "this Python cannot make virtual environments; on Debian and Ubuntu:"
            " apt-get install python3-venv"
        )
    try:
        # A link to a Python that was removed stops venv from making another one.
        gone = not os.path.exists(python)
        venv.create(VENV, with_pip=True, symlinks=True, clear=gone)
    except (OSError, subprocess.CalledProcessError) as error:
        give_up(f"could not make {VENV}: {error}")
    assert os.path.exists(python)


def _install_packages(python: str, extra: str) -> None:
    what = f".[{extra}]" if extra else "."
    print(f"installing {what} and what it needs ...", file=sys.stderr)
    command = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    # Standard output belongs to the program that is about to run.
    if subprocess.call([*command, "-e", what], cwd=CHECKOUT, stdout=sys.stderr) != 0:
        give_up("installing failed, pip says why above; run this again to try again")


def _stamp(extra: str) -> str:
    """Name what was installed: the settings of the project, for this Python and place."""
    digest = hashlib.sha256(repr((extra, sys.version_info[:2], CHECKOUT)).encode())
    for name in SETTINGS:
        with open(os.path.join(CHECKOUT, name), "rb") as settings:
            digest.update(settings.read())
    return f"{digest.hexdigest()} {extra or 'run'}"


def _read_stamps() -> "list[str]":
    try:
        with open(_stamp_path()) as stamps:
            return stamps.read().splitlines()
    except FileNotFoundError:
        return []


def _stamp_path() -> str:
    return os.path.join(VENV, "installed")
