"""The texts by which a system starts the program: systemd unit, launchd agent, menu entry.

Each takes a command as a list of words, and writes it so that the system reads these words
again, whatever is in them.

Source: systemd.service(5), systemd.exec(5), launchd.plist(5); Desktop Entry Specification 1.5,
"The Exec key".
"""

import plistlib
from collections.abc import Sequence
from typing import Final

from swarmfeed.core.install.limits import MEMORY_MAX, RESTART_S, RESTARTS_MAX, RESTARTS_WITHIN_S

UNIT: Final = "swarmfeed.service"
AGENT: Final = "org.swarmfeed.node"
"""What launchd calls it; its file has the same name."""
ENTRY: Final = "swarmfeed.desktop"
ICON: Final = "swarmfeed"

_UNIT: Final = """\
[Unit]
Description=swarmfeed, a microblog without a server
StartLimitIntervalSec={within_s}
StartLimitBurst={restarts}

[Service]
Type=exec
ExecStart={command}
Restart=on-failure
RestartSec={restart_s}
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={home}
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
MemoryMax={memory_max}

[Install]
WantedBy=default.target
"""

_SHELL: Final = ("/bin/sh", "-c", 'exec "$0" "$@"')
"""What becomes the program: systemd itself runs none with a quotation mark in its path."""

_ENTRY: Final = """\
[Desktop Entry]
Type=Application
Version=1.5
Name=swarmfeed
GenericName=Microblog
Comment=Your words, on your machine, kept by your friends
Exec={command}
Icon={icon}
Terminal=false
Categories=Network;News;
Keywords=microblog;posts;friends;
StartupNotify=false
"""


def systemd_unit(command: Sequence[str], home: str) -> str:
    """Return a unit of the person's own systemd that runs ``command`` and may write to nothing
    but ``home``."""
    return _UNIT.format(
        command=" ".join(map(_systemd_word, (*_SHELL, *command))),
        home=_systemd_path(home),
        memory_max=MEMORY_MAX,
        restart_s=RESTART_S,
        restarts=RESTARTS_MAX,
        within_s=RESTARTS_WITHIN_S,
    )


def launch_agent(command: Sequence[str]) -> bytes:
    """Return a launchd agent that runs ``command`` at a login, and again after a crash."""
    agent = {
        "Label": AGENT,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": RESTART_S,
        "ProcessType": "Background",
        "Umask": 0o077,
    }
    return plistlib.dumps(agent)


def desktop_entry(command: Sequence[str]) -> str:
    """Return an entry of the menu that runs ``command``."""
    return _ENTRY.format(command=" ".join(map(_entry_word, command)), icon=ICON)


def _systemd_word(word: str) -> str:
    # In a command a dollar begins a variable; everywhere a percent sign a specifier.
    return f'"{_escaped(word).replace("$", "$$")}"'


def _systemd_path(path: str) -> str:
    return f'"{_escaped(path)}"'


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return text.replace("\n", "\\n")


def _entry_word(word: str) -> str:
    for sign in '\\"`$':
        word = word.replace(sign, f"\\{sign}")
    # The value of a key is unescaped before its words are.
    return '"' + word.replace("%", "%%").replace("\\", "\\\\").replace("\n", "\\n") + '"'
