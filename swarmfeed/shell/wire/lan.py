"""Nodes nearby, through mDNS.  The only module that imports zeroconf and ifaddr.

A node announces a random name, its address and the port of its link: nothing that tells
whose it is, and a new name at every start.  Who listens at a port is proven by the link.

Source: RFC 6762 (mDNS), RFC 6763 (service discovery).
"""

import asyncio
import secrets
import socket
from collections.abc import Callable
from ipaddress import IPv4Interface
from typing import Final

import ifaddr
import structlog
from zeroconf import (
    Error,
    InterfaceChoice,
    IPVersion,
    ServiceStateChange,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from swarmfeed.core.base.limits import ENDPOINTS_MAX, LAN_QUESTIONS_MAX
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.beside import own_hosts
from swarmfeed.errors import RetryError

SERVICE: Final = "_swarmfeed._tcp.local."

ANSWER_TIMEOUT_MS: Final = 3_000
"""How long a node nearby may take to tell its address and port."""

ANY_HOST: Final = "0.0.0.0"  # noqa: S104  # compared with, not listened at

_NAME_BYTES: Final = 8

_FAR_AWAY: Final = ("192.0.2.1", 9)
"""An address that only documents use (RFC 5737): the way to it is the way to everybody else."""

logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class MdnsLan:
    """Implements ``ports.Lan``.  IPv4; belongs to the loop that starts it."""

    def __init__(self, listen_host: str) -> None:
        """Prepare; nothing is sent before ``start``.

        Args:
            listen_host: Where the link listens; 0.0.0.0 announces in every network.
        """
        self._listen_host = listen_host
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None
        self._announcing: asyncio.Future[object] | None = None
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._own_name = ""

    async def start(self, link_port: int, on_found: Callable[[Endpoint], None]) -> None:
        """Announce ourselves and listen for others; takes about a second.

        ``on_found`` runs in the loop, again when a node changes; what it is given is a
        stranger's claim.

        Raises:
            RetryError: This machine's network has no multicast, or refuses it.
        """
        assert self._zeroconf is None
        try:
            self._zeroconf = self._open()
            own = self._own_service(link_port)
            self._listen(self._zeroconf, on_found)
            # Waits until the name is known to be free; the announcements follow by themselves.
            self._announcing = asyncio.ensure_future(
                await self._zeroconf.async_register_service(own)
            )
        except (OSError, Error) as error:
            await self.stop()
            raise RetryError(f"nodes nearby cannot be looked for: {error}") from error

    async def stop(self) -> None:
        """Say goodbye and close; ``on_found`` runs no more.  Safe to call twice."""
        for task in self._asking.values():
            task.cancel()
        self._asking.clear()
        browser, self._browser = self._browser, None
        if browser is not None:
            await browser.async_cancel()
        announcing, self._announcing = self._announcing, None
        if announcing is not None:
            announcing.cancel()
            await asyncio.gather(announcing, return_exceptions=True)
        opened, self._zeroconf = self._zeroconf, None
        if opened is not None:
            await opened.async_unregister_all_services()
            await opened.async_close()

    def _open(self) -> AsyncZeroconf:
        everywhere = self._listen_host == ANY_HOST
        # zeroconf leaves a socket open when the address is not ours: find out before.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((self._listen_host, 0))
        return AsyncZeroconf(
            interfaces=InterfaceChoice.All if everywhere else [self._listen_host],
            ip_version=IPVersion.V4Only,
        )

    def _own_service(self, link_port: int) -> AsyncServiceInfo:
        # A random name, so that two starts cannot be told to be one node.
        instance = secrets.token_hex(_NAME_BYTES)
        self._own_name = f"{instance}.{SERVICE}"
        return AsyncServiceInfo(
            SERVICE,
            self._own_name,
            port=link_port,
            server=f"{instance}.local.",
            parsed_addresses=self._own_addresses(),
        )

    def _own_addresses(self) -> list[str]:
        if self._listen_host != ANY_HOST:
            return [self._listen_host]
        # What a VPN gave us leads nobody here to us, and tells that it is us again.
        return list(own_hosts([card for card in own_cards() if card.network.prefixlen < 32]))

    def _listen(self, opened: AsyncZeroconf, on_found: Callable[[Endpoint], None]) -> None:
        def notice(
            zeroconf: Zeroconf,
            service_type: str,
            name: str,
            state_change: ServiceStateChange,
        ) -> None:
            if state_change is not ServiceStateChange.Removed:
                self._notice(zeroconf, name, on_found)

        self._browser = AsyncServiceBrowser(opened.zeroconf, SERVICE, handlers=[notice])

    def _notice(
        self, zeroconf: Zeroconf, name: str, on_found: Callable[[Endpoint], None]
    ) -> None:
        if name == self._own_name or name in self._asking:
            return
        if len(self._asking) >= LAN_QUESTIONS_MAX:
            logger.debug("too many nodes nearby", name=name)
            return
        task = asyncio.get_running_loop().create_task(self._ask(zeroconf, name, on_found))
        self._asking[name] = task
        task.add_done_callback(lambda _: self._asking.pop(name, None))

    async def _ask(
        self, zeroconf: Zeroconf, name: str, on_found: Callable[[Endpoint], None]
    ) -> None:
        """Ask a node nearby for its address and port, and pass them on."""
        try:
            service = AsyncServiceInfo(SERVICE, name)
            answered = await service.async_request(zeroconf, ANSWER_TIMEOUT_MS)
        except (OSError, Error) as error:
            logger.debug("node nearby not asked", name=name, reason=str(error))
            return
        if not answered or not service.port:
            return
        for host in service.parsed_addresses(IPVersion.V4Only)[:ENDPOINTS_MAX]:
            on_found(Endpoint(host, service.port))


def own_addresses() -> list[str]:
    """IPv4 addresses of this machine that others may reach; at most ENDPOINTS_MAX."""
    return [str(card.ip) for card in own_cards()][:ENDPOINTS_MAX]


def own_cards() -> list[IPv4Interface]:
    """IPv4 addresses of this machine, each with its network: first the one by which it reaches
    everybody else, if it does; not those of loopback."""
    found = [ip for card in ifaddr.get_adapters() for ip in card.ips if ip.is_IPv4]
    cards = [IPv4Interface(f"{ip.ip}/{ip.network_prefix}") for ip in found]
    way_out = _way_out()
    away = [card for card in cards if not card.is_loopback]
    return sorted(away, key=lambda card: str(card.ip) != way_out)


def _way_out() -> str:
    """Our address on the way to the rest of the world; empty: no way leads there.  Nothing is
    sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR_AWAY)
        except OSError:
            return ""
        return str(probe.getsockname()[0])
