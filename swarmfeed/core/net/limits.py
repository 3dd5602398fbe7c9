"""Bounds of what is read from the DHT."""

from typing import Final

KRPC_PACKET_BYTES_MAX: Final = 2_048
"""Longest DHT packet read: a reply with a whole item (1,100 bytes), 8 nodes of each address
family (512) and a token."""

KRPC_TRANSACTION_BYTES_MAX: Final = 32
"""Longest transaction id echoed to a stranger; 2 to 4 bytes are usual."""

KRPC_TOKEN_BYTES_MAX: Final = 128
"""Longest write token kept from a DHT node; 4 to 20 bytes are usual."""

KRPC_VALUE_BYTES_MAX: Final = 996
"""Longest bytes in a BEP 44 item: 1,000 bytes once bencoded, `996:` and all."""

KRPC_SALT_BYTES_MAX: Final = 64
"""Longest salt (BEP 44)."""

LOOKUP_QUERIES_MAX: Final = 64
"""Most nodes asked in one DHT lookup: lying nodes cannot keep it going for ever."""

DIAL_HEAD_START_S: Final = 0.5
"""How long a dial keeps others from being begun: who has not answered by then may do so yet,
but nobody waits for it."""

DIALS_AT_ONCE: Final = 256
"""Dials that are under way at once, with those nobody waits for: as many open files."""

DIAL_PATIENCE_S: Final = 3
"""How long an endpoint that nobody named may take to answer at first; twice as long after each
failure, up to HANDSHAKE_TIMEOUT_S.  TCP gives up a second after one lost packet."""

TOLD_REST_MS_MIN: Final = 30_000
"""Shortest rest of an endpoint that strangers told us of and that did not answer."""

TOLD_BURST: Final = 256
"""Endpoints that strangers told us of which are dialled in a burst: more than a DHT names."""

TOLD_PER_S: Final = 2
"""The same for ever: so much and no more can we be made to knock at doors of third parties.
A knock is a TCP handshake and 300 bytes of TLS."""

TOLD_PER_HOST: Final = 4
"""Of those, at one address in one round: households share one."""

TOLD_PER_NETWORK: Final = 32
"""The same in one network of 256 addresses (IPv4, /24) or one site (IPv6, /48)."""

USELESS_LINK_MS: Final = 3_000
"""After how long a link we dialled to somebody who holds nothing we want may be closed, when
others wait to be dialled."""
