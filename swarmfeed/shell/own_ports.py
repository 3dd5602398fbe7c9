"""Whether this machine lets us listen where a person wants, and what to do when it does not.

Asked before libraries listen: they say only that it did not work.
"""

import errno
import socket
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address

from swarmfeed.core.asks import input_sentences as sentences
from swarmfeed.core.asks.troubles import refusal
from swarmfeed.core.base.texts import Text
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.reach import is_everywhere
from swarmfeed.errors import UserError

_REASONS: dict[int, Text] = {
    errno.EADDRINUSE: sentences.PORT_TAKEN,
    errno.EADDRNOTAVAIL: sentences.ADDRESS_NOT_HERE,
    errno.EAFNOSUPPORT: sentences.ADDRESS_NOT_HERE,
    errno.ENODEV: sentences.ADDRESS_NOT_HERE,
    errno.EINVAL: sentences.ADDRESS_NOT_HERE,
    errno.EACCES: sentences.PORT_FORBIDDEN,
    errno.EPERM: sentences.PORT_FORBIDDEN,
}

_PORT_TRIES = 8
"""How often a port is looked for that is free for TCP and for UDP."""


def require_ports(at: Endpoint, kinds: Iterable[socket.SocketKind], option: str) -> None:
    """See that we may listen.

    Args:
        at: Port 0 is any.
        kinds: TCP is SOCK_STREAM, UDP SOCK_DGRAM.
        option: By which another port is chosen.

    Raises:
        UserError: It is no address, none of this machine, or the port is not to be had.
        PassingError: There is no descriptor left to try with.
    """
    try:
        family = socket.AF_INET6 if ip_address(at.host).version == 6 else socket.AF_INET
    except ValueError as error:
        raise UserError(sentences.NO_ADDRESS(host=at.host)) from error
    for kind in kinds:
        try:
            _try(family, kind, at)
        except OSError as error:
            # Forbidden is here not what it is with files: no right to be given, another port.
            passing = None if error.errno in _REASONS else refusal(error, at)
            raise passing or _refused(error, at, option) from error


def with_one_port(listen: Endpoint) -> Endpoint:
    """Choose the port where somebody listens at all addresses and any port will do.

    A library that opens a socket for each card would get another port at each, and could tell
    others only one of them.  What cannot be chosen is left to whoever listens.
    """
    if listen.port or not is_everywhere(listen.host):
        return listen
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    for _ in range(_PORT_TRIES):
        with suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as stream:
            stream.bind((listen.host, 0))
            chosen = Endpoint(listen.host, int(stream.getsockname()[1]))
            _try(family, socket.SOCK_DGRAM, chosen)
            return chosen
    return listen


def _try(family: socket.AddressFamily, kind: socket.SocketKind, at: Endpoint) -> None:
    with socket.socket(family, kind) as trial:
        if kind == socket.SOCK_STREAM:
            # As servers do: a port whose connections are only fading away is free.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind((at.host, at.port))
        if kind == socket.SOCK_STREAM:
            trial.listen(1)


def _refused(error: OSError, at: Endpoint, option: str) -> UserError:
    text = _REASONS.get(error.errno or 0, sentences.CANNOT_LISTEN)
    reason = error.strerror or str(error)
    return UserError(text(host=at.host, port=at.port, option=option, reason=reason))
