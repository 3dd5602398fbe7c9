"""The ports of last time: links that were given away, and bookmarks, outlive a restart."""

import errno
import json
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.ground.home import Ready, page_path
from swarmfeed.node.ground.settings import NodeSettings, declared
from swarmfeed.shell.disk.durable import write_file

PAGE_HOSTS = ("127.0.0.1", "::1")
"""A browser tries both for one name, so the page takes both."""
PORT_MAX = 65_535

_NOT_HERE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
"""The machine has no such address, so nobody is in the way there."""


def recall(home: Path, settings: NodeSettings) -> NodeSettings:
    """Fill in the ports of last time where none is asked for and they are still free."""
    last: dict[str, object] = {}
    with suppress(OSError, ValueError):
        found = json.loads(_path(home).read_text(encoding="utf-8"))
        last = found if isinstance(found, dict) else {}
    hosts = {"page": PAGE_HOSTS, "link": (settings.door,)}
    names = {
        field.name: field.setting.remembered
        for field in declared(NodeSettings)
        if field.setting.remembered
    }
    ports: dict[str, Any] = {
        field: getattr(settings, field) or _free(hosts[name], last.get(name))
        for field, name in names.items()
    }
    return replace(settings, **ports)


def remember(home: Path, ready: Ready) -> None:
    """Keep the ports a node got.  Nothing is lost when that fails: next time has others."""
    with suppress(OSError, UserError, PassingError, ValueError):
        ports = {"link": ready.link_port, "page": urlsplit(ready.page_link).port}
        write_file(_path(home), json.dumps(ports).encode("ascii"))


def _path(home: Path) -> Path:
    return page_path(home).with_name("ports.json")


def _free(hosts: Iterable[str], port: object) -> int:
    """Return ``port`` if it is one and nobody listens on it on any of the hosts, else 0."""
    if not isinstance(port, int) or not 0 < port <= PORT_MAX:
        return 0
    return port if all(_is_free(host, port) for host in hosts) else 0


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            # As servers do: a port whose connections are only fading away is free.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as error:
        return error.errno in _NOT_HERE
    return True
