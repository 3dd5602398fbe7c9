"""Bounds of what is read from the DHT, and of what may be open to strangers at once."""

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

STRANGERS_SILENT_MAX: Final = 128
"""Connections to the peer link that have not said a byte.  Each costs a descriptor and 2 kB; an
honest node speaks as soon as it is connected, so a full house is pushed on at no loss to it."""

STRANGERS_SPEAKING_MAX: Final = 64
"""Connections in the middle of TLS, WebSocket and hello.  Each costs a third of a megabyte,
most of it asyncio's buffer for TLS."""

STRANGERS_OF_ONE_ADDRESS_MAX: Final = 16
"""Of either kind, those from one IPv4 address or one IPv6 network of 64 bits: what a household
that comes home together needs, and too few to keep others waiting."""

ACCEPTS_IN_A_ROW_MAX: Final = 16
"""Connections that are taken from the system before anything else has its turn."""

ACCEPT_PAUSE_S: Final = 0.2
"""How long nobody is let in after the system had no descriptor or memory for it."""

LISTEN_QUEUE: Final = 1_024
"""Connections that wait in the system until they are taken: a burst does not make the honest
ones among it try again a second later."""

OPEN_FILES_MAX: Final = 16_384
"""Descriptors that are asked for at most: all that the bounds below can use, with room."""

OPEN_FILES_MAC: Final = 10_240
"""What is asked for where so many are refused: macOS gives no more (OPEN_MAX), and says nothing
of it in its hard limit."""

OPEN_FILES_MIN: Final = 256
"""Descriptors a node cannot do without: what the stingiest systems give."""

OWN_FILES: Final = 128
"""Descriptors that are kept for the node's own files and sockets: the index and its readers
(3 each for a dozen threads), ledger, logs, DHT, mDNS, the loop, and files open for a moment."""

DIALLED_FILES: Final = 96
"""Descriptors kept for links that we dialled: PEERS_DIALLED_MAX, and those the person named."""

PAGE_CONNECTIONS_MAX: Final = 256
"""Connections to the page at once: a browser opens six, and keeps them a few seconds."""

PAGE_IDLE_S: Final = 5
"""How long a browser may keep a connection to the page without asking anything."""

PAGE_HEADERS_S: Final = 10
"""How long the first line and the headers of a request may take: browsers send them at once."""

PAGE_BODY_S: Final = 30
"""How long the body of a request may take: the longest import comes within a second."""

PAGE_BODIES_MAX: Final = 64
"""Bodies that come in at once, for all browsers and commands."""

PAGE_BODIES_OF_ONE_MAX: Final = 16
"""Of them, those of one session: nobody posts in more tabs at the same moment."""

PAGE_BODIES_BYTES_MAX: Final = 128 * 1024 * 1024
"""Memory of all bodies, until they are answered: two of the longest imports."""

PAGE_FRAME_BYTES_MAX: Final = 4 * 1024
"""Longest message to the page over a WebSocket: it names a stream."""

UPLOAD_BYTES_MAX: Final = 40 * 1024 * 1024
"""Longest form with files: the largest picture, or four of the usual 8 MB."""

FORM_KEPT_BYTES_MAX: Final = 2 * 1024 * 1024
"""Longest form that is read, so that a text of which only a part fits comes back whole: a book
of 300 pages, percent-encoded."""

PAGE_READER_S: Final = 30
"""How long whoever asked may take nothing of the answer."""

CERTIFICATE_DAYS: Final = 825
"""How long the certificate is good by which apps find the API with https: what Apple's systems
take at most."""

CERTIFICATE_LEFT_DAYS: Final = 30
"""When less is left of that at a start, another certificate is made: nobody runs a node for
longer without one."""

TLS_FILE_BYTES_MAX: Final = 8 * 1024
"""Longest file with such a key and certificate that is read; ours has about 1,000 bytes."""

SWARM_FILES_MAX: Final = 256
"""libtorrent: chunk files kept open; opening one again takes microseconds."""

SWARM_HANDSHAKE_S: Final = 4
"""libtorrent: how long whoever connects to the swarm may take to name a torrent: a few round
trips by satellite.  It cannot tell bare connections from others, so while they are many, they
keep out those who come; each leaves after this time."""

SWARM_CONNECT_S: Final = 10
"""libtorrent: how long a connection that we open may take."""

SWARM_IDLE_S: Final = 60
"""libtorrent: after how long a peer that neither wants nor has anything makes room for others
when all connections are taken."""

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

LINKS_SHARE_OF_NETWORK: Final = 0.25
"""Share of the links that others may open which those of one network may: as of the children of
a supernode."""

LINKS_OF_NETWORK_MIN: Final = 8
"""So many those of any network may open."""

LAST_PLACES_SHARE: Final = 0.125
"""Share of the links that others may open, the last 32 of 256, that strangers do not keep."""

LAST_PLACE_S: Final = 10
"""How long one of those may take to become a child, a contact or keeper of letters: a round."""

OWN_PLACES_MAX: Final = 4
"""Addresses of its own that a machine names in links: cable, wireless, a tunnel or two."""

GIVEN_KEPT_MS: Final = 7 * 24 * 3_600_000
"""How long it is tried to reach somebody where their link says: who is away for longer has
moved, or is found by way of others."""

GIVEN_MAX: Final = 64
"""Such places that are kept: a person follows that many links in no week."""

NEARBY_MAX: Final = 256
"""Private addresses open at a time, one by one: as many as there are in a /24, and more than a
house has machines."""

USELESS_LINK_MS: Final = 3_000
"""After how long a link we dialled to somebody who holds nothing we want may be closed, when
others wait to be dialled."""

REACH_S: Final = 30
"""How long somebody is tried to be reached: dials, a question to relays, a link by one."""

SOON_S: Final = 5
"""How long somebody waits who has another way for what they bring: a link by a relay takes two
or three; the attempt goes on."""

IN_VAIN_S: Final = 30
"""How long such a one does not try again whoever was not reached: as long as an attempt."""

IN_VAIN_MAX: Final = 1_000
"""Nodes and people of whom that is remembered: 100 kB."""

REACHES_MAX: Final = 32
"""Nodes and people that are tried to be reached at once."""

DOORS_KEPT_MAX: Final = 1_000
"""Nodes of which is remembered, while we run, where they were reached: 200 kB."""

TAKEN_IN_WITHIN_S: Final = 2
"""How long a link that was opened may take to be taken in: a tick, or its peer is shut out."""

CLOSE_PING_S: Final = 5
"""Seconds between two pings of a link whose end has to be noticed soon: 20 bytes each way."""

CLOSE_SILENT_S: Final = 10
"""After how long without any word such a link is given up: from its last one on, and from a
ping at the earliest."""

LATE_BORNE: Final = 3
"""Questions of one kind that a parent may leave open while the other one answers, beyond those
that it answered: one more, and it is taken for one that keeps back, or is too slow to serve."""

POSTING_HEAD_BYTES_MAX: Final = 8 * 1024
"""Longest head of an HTTP request by strangers."""

POSTED_BYTES_MAX: Final = 16 * 1024
"""Longest body: a checkpoint with 16 signatures and a proof of 64 hashes has 6 kB."""

POSTED_WITHIN_S: Final = 10
"""How long a request may take, its answer included."""

POSTING_AT_ONCE_MAX: Final = 64
"""Requests at once; those beyond are closed unread.  A descriptor and 20 kB each."""

WEB_WITHIN_S: Final = 10
"""How long one request of ours on the web may take, from the first packet to the last."""

WEB_REPLY_BYTES_MAX: Final = 16 * 1024
"""Longest answer: sixteen lines of signatures have 3 kB."""

WEB_HEAD_BYTES_MAX: Final = 16 * 1024
"""Longest head of an answer by HTTP."""
