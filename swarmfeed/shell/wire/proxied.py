"""Sockets that lead to others by way of a SOCKS5 proxy: here alone the library is imported.

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
    door = Proxy(ProxyType.SOCKS5, proxy.host, proxy.port, rdns=False)
    try:
        return await door.connect(to.host, to.port)
    except (ProxyConnectionError, ProxyError, ProxyTimeoutError, OSError) as error:
        raise RetryError(f"{to} by the proxy {proxy}: {error}") from error
