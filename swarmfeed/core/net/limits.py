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
