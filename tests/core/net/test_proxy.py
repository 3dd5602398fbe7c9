"""How a proxy is written, and where who goes by one is bound to."""

import pytest
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.proxy import door, read_proxy
from swarmfeed.errors import UserError

PROXY = Endpoint("127.0.0.1", 9050)


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("socks5://127.0.0.1:9050", PROXY),
        ("socks5h://127.0.0.1:9050", PROXY),
        (" socks5://127.0.0.1:9050/ ", PROXY),
        ("socks5://[::1]:1", Endpoint("::1", 1)),
        ("", None),
    ],
)
def test_a_proxy_is_an_address(url: str, proxy: Endpoint | None) -> None:
    assert read_proxy(url) == proxy


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:9050",
        "http://127.0.0.1:8080",
        "socks4://127.0.0.1:9050",
        "socks5://localhost:9050",
        "socks5://anna:secret@127.0.0.1:9050",
        "socks5://127.0.0.1",
        "socks5://127.0.0.1:0",
        "socks5://127.0.0.1:65536",
        "socks5://127.0.0.999:9050",
        "socks5://[::ffff:127.0.0.1]:9050",
        "socks5://127.0.0.1:9050/path",
    ],
)
def test_anything_else_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(UserError, match="socks5://HOST:PORT"):
        read_proxy(url)


@pytest.mark.parametrize(
    ("listen", "proxy", "bound"),
    [
        ("0.0.0.0", None, "0.0.0.0"),
        ("0.0.0.0", PROXY, "127.0.0.1"),
        ("::", PROXY, "127.0.0.1"),
        ("192.168.1.5", PROXY, "192.168.1.5"),
    ],
)
def test_who_goes_by_a_proxy_is_not_found_beside_it_unless_they_say_where(
    listen: str, proxy: Endpoint | None, bound: str
) -> None:
    assert door(listen, proxy) == bound
