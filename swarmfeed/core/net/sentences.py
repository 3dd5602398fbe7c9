"""What is said of how a node reaches others."""

from typing import Final

from swarmfeed.core.base.texts import Text

NO_PROXY: Final = Text(
    "not a proxy: {typed}. It is written socks5://HOST:PORT, and HOST is an IP address"
)
PROXY_AND_LAN: Final = Text(
    "--lan tells this local network that you are here, which --proxy is to keep from it:"
    " leave one of them out"
)

STAYS_BEHIND: Final = Text("the other supernode tells again and again what it does not: {what}")
