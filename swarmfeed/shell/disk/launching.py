"""The files by which this person's system starts the program, and telling the system of them.

Source: XDG Base Directory Specification; systemd.unit(5), "User Unit Search Path".
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from swarmfeed.core.asks import install_sentences as sentences
from swarmfeed.core.install.launching import (
    AGENT,
    ENTRY,
    ICON,
    UNIT,
    desktop_entry,
    launch_agent,
    systemd_unit,
)
from swarmfeed.errors import UserError
from swarmfeed.shell.disk.durable import fsync_folder, make_folder, write_file

TELL_S: Final = 20
"""How long the system may take to hear of it."""

TEXT_BYTES_MAX: Final = 65_536
"""Longest file that is looked into: ours have two kilobytes."""


class Autostart(Struct, frozen=True, kw_only=True):
    """Whether the program starts at a login."""

    file: Path
    on: bool
    ours: bool
    """Whether what starts is this program, on this home."""


def program() -> list[str]:
    """Return the words that run this very program, wherever it was installed."""
    beside = Path(sys.executable).with_name("swarmfeed")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "swarmfeed"]


def find_autostart(home: Path) -> Autostart:
    """Look whether the program starts by itself.  Raises UserError on other systems."""
    file, text = _autostart(home)
    found = _text(file)
    return Autostart(file=file, on=bool(found), ours=found == text)


def start_by_itself(home: Path, *, now: bool) -> tuple[Path, str]:
    """Have the system start a node on ``home`` at every login.

    Returns the file that says so, and why the system could not be told; mostly empty.

    Args:
        now: Whether to start one at once; launchd does in any case.

    Raises:
        UserError: It cannot be written, or this is another system.
    """
    file, text = _autostart(home)
    make_folder(home)
    _put(file, text)
    if sys.platform == "darwin":
        _tell("launchctl", "bootout", f"gui/{os.getuid()}/{AGENT}")
        return file, _tell("launchctl", "bootstrap", f"gui/{os.getuid()}", str(file))
    return file, (
        _tell("systemctl", "--user", "daemon-reload")
        or _tell("systemctl", "--user", "enable", UNIT)
        or (_tell("systemctl", "--user", "restart", "--no-block", UNIT) if now else "")
    )


def start_no_more(home: Path) -> None:
    """Undo ``start_by_itself``, and stop what it started; without one, do nothing."""
    file, _ = _autostart(home)
    if sys.platform == "darwin":
        _tell("launchctl", "bootout", f"gui/{os.getuid()}/{AGENT}")
    else:
        _tell("systemctl", "--user", "disable", "--now", UNIT)
    _remove(file)
    if sys.platform != "darwin":
        _remove(file.parent / "default.target.wants" / UNIT)
        _tell("systemctl", "--user", "daemon-reload")


def ends_at_logout() -> bool:
    """Whether what was started by itself ends when the person logs out, as systemd has it."""
    if sys.platform != "linux":
        return False
    return not (Path("/var/lib/systemd/linger") / Path.home().owner()).exists()


def find_entry(home: Path) -> Path | None:
    """Return the menu entry that starts this program on ``home``; None: there is none."""
    file = _data() / "applications" / ENTRY
    return file if _text(file) == _entry(home).encode() else None


def put_in_menu(home: Path, icon: bytes) -> Path:
    """Make an entry of the menu, with its SVG icon, and return its file.  Raises UserError."""
    entry, file = _entry(home), _data() / "applications" / ENTRY
    _put(_icon(), icon)
    _put(file, entry.encode())
    return file


def take_from_menu() -> None:
    """Remove the entry of the menu, and its icon."""
    for file in (_data() / "applications" / ENTRY, _icon()):
        _remove(file)


def _autostart(home: Path) -> tuple[Path, bytes]:
    """The file by which the system starts a node, and what it has to say."""
    command = [*program(), "--home", str(home.absolute()), "run", "--no-open"]
    if sys.platform == "darwin":
        return Path.home() / f"Library/LaunchAgents/{AGENT}.plist", launch_agent(command)
    if sys.platform != "linux":
        raise UserError(sentences.NO_SUCH_SYSTEM())
    _require_one_line(command)
    folder = _xdg("XDG_CONFIG_HOME", ".config") / "systemd" / "user"
    return folder / UNIT, systemd_unit(command, str(home.absolute())).encode()


def _entry(home: Path) -> str:
    if sys.platform != "linux":
        raise UserError(sentences.NO_MENU())
    command = [*program(), "--home", str(home.absolute()), "run", "--or-open"]
    _require_one_line(command)
    return desktop_entry(command)


def _require_one_line(command: Sequence[str]) -> None:
    for word in command:
        if "\n" in word:
            raise UserError(sentences.LINE_IN_PATH(path=repr(word)))


def _icon() -> Path:
    return _data() / "icons/hicolor/scalable/apps" / f"{ICON}.svg"


def _data() -> Path:
    return _xdg("XDG_DATA_HOME", ".local/share")


def _xdg(name: str, otherwise: str) -> Path:
    said = os.environ.get(name, "")
    # The specification has what is not absolute passed over.
    return Path(said) if os.path.isabs(said) else Path.home() / otherwise


def _put(file: Path, text: bytes) -> None:
    make_folder(file.parent)
    write_file(file, text, 0o644)


def _remove(file: Path) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        file.unlink()
        fsync_folder(file.parent)


def _text(file: Path) -> bytes:
    with suppress(OSError), file.open("rb") as found:
        return found.read(TEXT_BYTES_MAX)
    return b""


def _tell(*command: str) -> str:
    """Tell the system; returns why it could not be told, empty when it was."""
    if shutil.which(command[0]) is None:
        return f"{command[0]} is not here"
    try:
        done = subprocess.run(  # noqa: S603  # one of three programs of the system
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TELL_S, text=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip() or f"{command[0]} refused"
