"""Sockets that lead to others by way of a SOCKS5 proxy: here alone that library is imported.

Source: RFC 1928.
"""

from socket import socket as RawSocket

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
from python_socks.async_.asyncio import Proxy

from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import RetryError


async def open_by_proxy(proxy: Endpoint, to: Endpoint) -> RawSocket:
    """Return a socket that leads to an endpoint.  The caller bounds the time.

    Raises:
        RetryError: The proxy is not there, or does not get to it.
    """
    return await _open(proxy, to.host, to.port, looks_up=False)


async def open_name_by_proxy(proxy: Endpoint, host: str, port: int) -> RawSocket:
    """The same to a name, which the proxy looks up."""
    return await _open(proxy, host, port, looks_up=True)


async def _open(proxy: Endpoint, host: str, port: int, *, looks_up: bool) -> RawSocket:
    door = Proxy(ProxyType.SOCKS5, proxy.host, proxy.port, rdns=looks_up)
    try:
        return await door.connect(host, port)
    except (ProxyConnectionError, ProxyError, ProxyTimeoutError, OSError) as error:
        raise RetryError(f"{host}:{port} by the proxy {proxy}: {error}") from error
