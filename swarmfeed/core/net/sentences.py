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
NO_TLS_ADDRESS: Final = Text(
    "--tls-listen needs one IP address of this machine, such as 192.168.1.5: apps are to find"
    " it by that, and its certificate says so; not {typed}"
)
NO_TLS_PORT: Final = Text("--tls-listen needs --tls-port: on which port apps are to find it")

STAYS_BEHIND: Final = Text("the other supernode tells again and again what it does not: {what}")
