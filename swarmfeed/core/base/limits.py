"""Bounds that several rooms go by, each with its unit and its reason.

What only one group of the core needs stands in the ``limits`` of that group.
"""

from typing import Final

KEY_BYTES: Final = 32
"""An Ed25519 public key or seed (RFC 8032)."""

SIGNATURE_BYTES: Final = 64
"""An Ed25519 signature (RFC 8032)."""

HASH_BYTES: Final = 32
"""A SHA-256 digest."""

BODY_BYTES_MAX: Final = 8_192
"""Longest body of an entry: a 1,000-character post in UTF-8 fits twice, with room for keys."""

KIND_BYTES_MAX: Final = 16
"""Longest name of a kind."""

TIME_MS_MAX: Final = 10**15 - 1
"""Latest time an entry may carry: year 33658, so that a time has at most 15 digits."""

STORED_BYTES_MAX: Final = BODY_BYTES_MAX + 64
"""Longest stored entry: its body plus kind, time and framing."""

FEED_ENTRIES_MAX: Final = 2**32
"""Most entries in one feed: a post a second for 136 years."""

CHUNK_ENTRIES: Final = 256
"""Entries in a level-0 chunk.  Same width as a full tile in c2sp.org/tlog-tiles."""

CHUNK_FANOUT: Final = 16
"""Chunks of one level that are concatenated into one of the next."""

CHUNK_LEVEL_MAX: Final = 3
"""Highest level: 1,048,576 entries, about 45 MB of ordinary posts."""

FRAME_BYTES_MAX: Final = CHUNK_ENTRIES * STORED_BYTES_MAX + 2
"""Longest content of one zstd frame: 256 longest entries and the list around them.
Checked against the size the frame declares, before anything is decompressed."""

CHUNK_LIST_RECORDS_MAX: Final = 4_096 + 45
"""Chunks that cover the longest feed: 4,096 of level 3, and at most 15 of each lower level."""

CHUNK_LIST_BYTES_MAX: Final = 1024 * 1024
"""Longest encoded chunk list: v1 piece hashes of a feed of 20 GB take about 400 kB."""

FRAME_BLOCKS_MAX: Final = 4_096
"""Most blocks of one zstd frame: libzstd makes at most 197 from each 128 KiB, 3,349 in all.
Without a bound, a frame of empty blocks would keep us counting."""

CHUNK_BYTES_MAX: Final = (FRAME_BYTES_MAX + FRAME_BYTES_MAX // 100) * 16**CHUNK_LEVEL_MAX
"""Longest chunk: frames that do not compress grow by less than 1 % (ZSTD_compressBound)."""

PIECE_BYTES_MIN: Final = 16 * 1024
"""Smallest BitTorrent piece: one block (BEP 52)."""

PIECE_BYTES_MAX: Final = 1024 * 1024
"""Largest piece: keeps what one bad peer can waste small."""

HEAD_BYTES_MAX: Final = 996
"""Longest head text: bencoded, it must fit the 1,000 bytes of a BEP 44 item."""

MESSAGE_BYTES_MAX: Final = 4 * 1024 * 1024
"""Longest message on a peer link: the longest tail (255 longest entries, 2.1 MB) and the
chunk list of a feed of 20 GB (1 MB) fit into one."""

MESSAGE_DEPTH_MAX: Final = 8
"""Deepest nesting of lists and dicts in foreign bencode."""

VALUES_MAX: Final = 400_000
"""Most integers, byte strings, keys, lists and dicts in one piece of foreign bencode: without a
bound 4 MiB of empty lists would cost seconds and 130 MB."""

MESSAGE_VALUES_MAX: Final = 16_384
"""The same in one message: 50 milliseconds to read, and few enough objects to be let go of at
once.  1,000 authors fit into one `want`, or 50 of 64 feeds each."""

ENDPOINTS_MAX: Final = 8
"""Most endpoints a node may claim for itself, or a link may carry."""

HOLDERS_MAX: Final = 64
"""Most holders named in one answer."""

CONSISTENCY_HASHES_MAX: Final = 64
"""Most hashes in a consistency proof: two for each level of the largest tree."""

COSIGNATURE_BYTES_MAX: Final = 256
"""Longest signature line of a receipt: a name of 66 bytes and 104 characters of base64."""

ROLES_MAX: Final = 8
"""Most roles a node may claim."""

ROLE_CHARS_MAX: Final = 16
"""Longest name of a role or of a message type, in characters."""

HELLO_BYTES_MAX: Final = 4_096
"""Longest hello: all hosts and roles fit three times over."""

HANDSHAKE_BYTES_MAX: Final = 32 * 1024
"""Most bytes a peer may send before both hellos are checked: HTTP upgrade and hello."""

HANDSHAKE_FRAMES_MAX: Final = 16
"""Most WebSocket frames a peer may send before both hellos are checked; two are needed."""

NONCE_BYTES: Final = 32
"""Random bytes the client's proof must cover, new for each link."""

AUTHORS_PER_WANT_MAX: Final = 1_000
"""Most authors in one `want` message; more are asked for in further messages."""

FEEDS_PER_AUTHOR_MAX: Final = 64
"""Most feeds (devices) of one author."""

GENERATIONS_MAX: Final = 16
"""Most author keys of one author: entry 0 of a feed has room for what proves so many."""

CERTIFICATES_MAX: Final = 2 * FEEDS_PER_AUTHOR_MAX + 2 * (GENERATIONS_MAX - 1)
"""Most certificates of one author: each feed joins and ends once, each generation begins once,
and has one rival that proves misconduct."""

CERTIFICATE_BYTES_MAX: Final = 1_000
"""Longest signed certificate: a join has up to 375 bytes, a keep 624; later keys have room."""

PEER_MESSAGES_PER_S: Final = 2_000
"""Messages a peer may send in a second, on average over BUDGET_WINDOW_S."""

PEER_BYTES_PER_S: Final = 32 * 1024 * 1024
"""Bytes a peer may send over the link in a second, on average over BUDGET_WINDOW_S."""

BUDGET_WINDOW_S: Final = 10
"""Over how long a peer's budgets are averaged."""

UNPROVEN_HEADS_MAX: Final = 256
"""Newer heads in a row that a peer may send without a proof that starts at what we have.  An
honest one is overtaken now and then, or pushes another history of a forked feed until it is
asked for its proof; only a liar never sends one."""

HANDSHAKE_TIMEOUT_S: Final = 10
"""How long a peer may take for TLS, WebSocket and hello together."""

SEND_TIMEOUT_S: Final = 10
"""How long a peer may take nothing of a short message before its link is cut."""

SEND_BYTES_PER_S_MIN: Final = 32 * 1024
"""Slowest line that is waited for: adds 128 s to the time that the longest message may take."""

CLOSE_TIMEOUT_S: Final = 2
"""How long a peer may take to answer a goodbye before the socket is cut."""

PING_EVERY_S: Final = 20
"""Keeps address translators from forgetting the link; most keep TCP for minutes."""

PONG_TIMEOUT_S: Final = 40
"""How long an answer to a ping may take: behind a slow line it waits in a full buffer."""

LINK_QUEUE_FRAMES: Final = 2
"""Frames of one peer that wait unread before its socket is not read any more."""

PEERS_MAX: Final = 256
"""Most links open at once."""

PEERS_DIALLED_MAX: Final = 64
"""Links that we dialled and dial at once.  Those that others dialled do not count: nobody may
keep us from finding friends by filling our links."""

AUTHORS_WANTED_MAX: Final = 20_000
"""Authors one peer may want of us; those beyond are passed over.  2 MB for a peer that asks
for as many as it can."""

FRIENDS_OF_FRIENDS_MAX: Final = 10_000
"""Authors kept because friends follow them, those most followed first; half of what a peer
lets us want."""

FEEDS_HELD_MAX: Final = 20_000
"""Feeds a peer may say it holds, whether we know them or not; 3 MB at most."""

HINTS_MAX: Final = 1_000
"""Endpoints that wait to be dialled: as the person or the local network named them, of which
the oldest are forgotten, and as many that strangers named, of which the first stay."""

RESTING_ENDPOINTS_MAX: Final = 4_000
"""Endpoints that are remembered as not answering, so that they are left alone for a while."""

BAN_S: Final = 3_600
"""How long a node that broke the rules is kept out."""

CHUNKS_IN_FLIGHT_MAX: Final = 100
"""Chunk torrents fetched at once: more gains nothing, as libtorrent was measured."""

FETCH_TIMEOUT_S: Final = 5
"""How long a chunk may stand still before another holder is asked too."""

GATHER_S: Final = 0.3
"""How long a fetch waits for the other holders it was told of, before it takes everything
from the first one."""

IMPORT_BATCH_ENTRIES: Final = 65_536
"""Entries appended under one head by an import: one chunk of level 2."""

ANNOUNCED_AUTHORS_MAX: Final = 500
"""Authors a node announces itself for in the DHT: one announce every two seconds."""

REMEMBERED_PEERS_DIALLED: Final = 16
"""Peers of earlier runs that are dialled, most recent first."""

SUPERSEDED_S: Final = 15 * 60
"""How long a chunk stays, and is seeded, after a larger one took its place: for those in
mid-download.  Whoever comes later asks for the larger one, and a torrent takes memory."""

NAME_CHARS_MAX: Final = 64
"""Longest name of an author or a device, in characters."""

TEXT_BYTES_MAX: Final = 8_000
"""Longest text of a post in UTF-8 bytes: body limit less the other keys."""

LANG_CHARS_MAX: Final = 35
"""Longest language tag (RFC 5646, 4.4.1)."""

WARNING_CHARS_MAX: Final = 200
"""Longest content warning: one line above a folded post."""

TAGS_MAX: Final = 32
"""Most tags of one post."""

TAG_CHARS_MAX: Final = 64
"""Longest tag, and longest word after a number sign that becomes a link."""

MENTIONS_MAX: Final = 32
"""Most authors one post may mention."""

SOURCE_CHARS_MAX: Final = 512
"""Longest note of where a post was imported from: a URL."""

EMOJI_CHARS_MAX: Final = 16
"""Longest reaction: the longest joined emoji have 10 code points."""

BIO_CHARS_MAX: Final = 1_000
"""Longest description an author gives of themselves."""

LINK_CHARS_MAX: Final = 1_024
"""Longest `swarmfeed:` link."""

JOURNAL_BYTES_MAX: Final = 8 * 1024 * 1024
"""Longest journal: a chunk list, and 255 longest entries once in the base and once appended,
with a head each."""

JOURNAL_APPENDED_BYTES_MAX: Final = 256 * 1024
"""Most bytes appended to a journal before it is written anew as a base, a fifth as long: that
takes four syncs, which the post waits for.  More than 255 usual posts, so of these only one
that seals a chunk waits so long; what is appended stands there for an hour at most."""

JOURNAL_APPENDED_BYTES_IDLE: Final = 4 * 1024
"""Most bytes appended to a journal that are left there when the disk is tidied: one block of
most file systems, so that packing fewer would free nothing."""

METADATA_BYTES_MAX: Final = 1_000_000
"""libtorrent: most metadata accepted from a peer."""

PIECE_COUNT_MAX: Final = 20_000
"""libtorrent: most pieces in one torrent."""

METADATA_TOKENS_MAX: Final = 50_000
"""libtorrent: most bencode tokens in metadata; a torrent of ours has a few dozen."""

SWARM_SEND_BUFFER_BYTES: Final = 128 * 1024
"""libtorrent: bytes read ahead for a peer before its speed is known.  With the default of
10 KiB a chunk of 8 MiB takes three times as long; more costs memory for each slow peer."""

DIAL_PORT_MIN: Final = 1024
"""Lowest port that is dialled: below it are mail, web and other services of third parties."""

SWARM_CONNECTIONS_MAX: Final = 8_000
"""libtorrent: most connections; each small torrent in flight has its own."""

DISK_FLOOR_BYTES: Final = 64 * 1024 * 1024
"""Free disk below which nothing of others is fetched and appending is refused."""

REFUSED_PAUSE_S: Final = 10
"""How long nothing new is fetched after the disk took none of it: a chunk that does not fit
would be fetched again and again; sooner when the disk is seen to take something."""

EVENT_STREAMS_MAX: Final = 16
"""Most `/events` streams of one session; the oldest is dropped."""

SEARCH_COUNT_MAX: Final = 1_000
"""Results of a search that are counted; of one more it is told that there are more.  A common
word has as many as half of all posts."""

PAGE_POSTS: Final = 50
"""Posts on one page."""

NOTIFICATIONS_COUNTED: Final = 1_000
"""Newest notifications that may count as unread: so what was read of them takes 350 kB at most
of private state, and who floods pushes out nothing but older ones."""

PAGE_POSTS_MAX: Final = 1_000
"""Most posts one query may ask for."""

KEY_FILE_BYTES_MAX: Final = 4_096
"""Longest key file: about 600 bytes of text, with room for a longer explanation."""

KDF_OPERATIONS_MAX: Final = 16
"""Most argon2id passes a key file may ask for: MODERATE asks for 3; a changed header must
not stop us for hours."""

KDF_MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
"""Most memory a key file may ask argon2id to fill: MODERATE asks for a quarter of it."""

LOGIN_LINK_S: Final = 600
"""How long a single-use login link of the page works."""

LOGIN_LINKS_MAX: Final = 16
"""Most login links waiting to be used; the oldest is dropped."""

SESSIONS_MAX: Final = 64
"""Most browsers logged in at once; the oldest session is dropped."""

SESSION_AGE_S: Final = 90 * 24 * 3_600
"""How long a browser stays logged in, however much it is used: a copy of its cookie that
nobody noticed ends some day."""

SESSION_IDLE_S: Final = 30 * 24 * 3_600
"""How long a browser that does not come stays logged in: over a holiday."""

SESSION_SEEN_EVERY_S: Final = 3_600
"""How exactly the last visit of a browser is remembered: one write an hour at most."""

EVENT_HEARTBEAT_S: Final = 15
"""Longest silence on `/events`, so that a vanished browser is noticed."""

EVENT_BACKLOG_MAX: Final = 256
"""Changes remembered for a browser that comes back; an older one reloads the page."""

FORM_BYTES_MAX: Final = 256 * 1024
"""Longest form or JSON body a page accepts: the longest post, percent-encoded, tenfold."""

IMPORT_BYTES_MAX: Final = 64 * 1024 * 1024
"""Longest JSON body of one import batch: about 400,000 ordinary posts."""

COMBINING_MARKS_MAX: Final = 4
"""Combining marks shown on one character: Vietnamese needs 2, pointed Hebrew 3."""

SEARCH_CHARS_MAX: Final = 1_000
"""Longest search: nobody types more."""

SEARCH_TERMS_MAX: Final = 32
"""Most words and phrases in one search; each costs a walk through its posts."""

SEARCH_BEST_OF: Final = 256
"""Newest posts of a search among which the best ones are told; to weigh each takes 30
microseconds."""

SEARCH_AUTHORS_MAX: Final = 64
"""Most authors one `from:name` stands for: names are not unique, and anybody may take one a
thousand times.  Of more, an address tells whom is meant."""

THREAD_DEPTH_MAX: Final = 1_000
"""Replies that are followed upwards to the post a thread began with."""

REPLY_COUNT_MAX: Final = 1_000
"""Direct replies to a post are counted up to here, so that no post makes a page slow."""

THREAD_COUNT_MAX: Final = 20_000
"""Replies below a post, of all depths, are counted up to here: a tenth of a second."""

THREAD_LEVELS_MAX: Final = 100
"""Depths of replies in one list; those below go on at the page of the last one.  So the place
where a page starts is found in as many steps."""

THREAD_ABOVE_MAX: Final = 20
"""Posts shown above the one that is opened; what is above them goes on at the first's page."""

ANSWERED_CHARS_MAX: Final = 140
"""Of what a post answers, so many characters are shown beside the name: a line or two."""

PEERS_KEPT_MAX: Final = 1_000
"""Endpoints remembered from earlier sessions; the oldest are forgotten."""

POST_AHEAD_MS_MAX: Final = 10 * 60 * 1000
"""How far ahead of our time an entry's claimed time may be; beyond, it is sorted by when it
was seen."""

LAN_QUESTIONS_MAX: Final = 32
"""Nodes nearby asked for their address at the same time: anybody in the network may
announce as many names as they like."""

ADDRESSES_KEPT_MAX: Final = 4_096
"""Addresses that are remembered as they are written, and as many that were read: the same few
are said again and again, and to make or read one takes as long as a paragraph of HTML."""

TORRENTS_AWAKE_MAX: Final = 2_000
"""Torrents a history server has loaded at once for those who asked; 20 kB each."""

AWAKE_S: Final = 1_800
"""How long the torrents of a feed stay loaded after somebody asked for them."""
