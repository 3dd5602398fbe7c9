"""Bounds of feeds: how long one waits, how much one risks, what clocks may do."""

from typing import Final

SALT_BYTES: Final = 16
"""Random bytes in the body of each entry: 128 bits, so that nobody finds a withdrawn text by
hashing guesses."""

RACE_MS_FIRST: Final = 500
"""How long the first byte of a chunk is waited for, before another holder is asked beside the
first, while nothing is known of any: twice a slow round trip.  RFC 6298 begins with a second,
but a race costs a connection, and no congestion."""

RACE_MS_MIN: Final = 500
"""Shortest such wait: what libtorrent counted is up to half a second old."""

RACE_MS_MAX: Final = 2_000
"""Longest such wait, however slow holders were seen to be: liars may make nothing of it."""

RACE_GROWTH: Final = 2
"""Holders that join a race, for each that is asked already: 1, 3, 9, 27.  The time that liars
cost grows with the logarithm of their number."""

PACE_BYTES_PER_S: Final = 16 * 1024
"""Slowest holder that counts as giving: one block (BEP 3) a second.  A slower one is not let
go, but others are asked beside it."""

PACE_SHARE: Final = 32
"""A holder that gives less than this part of what the fastest gives is raced as well."""

UNPROVEN_CHUNKS: Final = 8
"""Chunks asked of a holder at once that has not delivered one yet, while there are others."""

PAROLE_MS: Final = 60_000
"""How long a holder that kept us waiting is asked only when nobody else is there; twice as
long each time, up to PAROLE_DOUBLINGS times."""

PAROLE_DOUBLINGS: Final = 6
"""About an hour: then it may have a better line."""

HOLDERS_PER_CHUNK: Final = 8
"""Holders a chunk of several pieces is asked of at once: 8 connections fill any line."""

SHOWN_BYTES_PER_AUTHOR: Final = 256 * 1000 * 1000
"""Unpacked entries of one author that are indexed, the newest: two million posts of ordinary
length.  The index takes up to twice that."""

UNPACKED_TIMES: Final = 8
"""Unpacked entries that are indexed for each byte on disk, of an author whom no person here
asked for: ordinary posts unpack to three times their size, so they are all shown, and the disk
budget bounds the index too, whatever an author packs."""

SHOWN_SLACK: Final = 1.5
"""How far a growing feed may go beyond what is shown of it before the oldest goes: each byte
is indexed three times at most."""

LOOKED_AT_BYTES: Final = 4 * 1024 * 1024
"""Chunks of somebody not followed that are fetched to tell what the rest unpacks to."""

LOOK_S: Final = 2.0
"""How long somebody who asks what following would take waits for an answer."""

LOOKED_AT_S: Final = 600
"""How long somebody is sought who was only looked at: long enough to come back from another
page, and to ask again once their machine was started."""

LOOKED_AT_MAX: Final = 64
"""People looked at who are sought at once, each asked for of every new link: the one looked at
longest ago makes room."""

INDEX_PIECE_BYTES: Final = 2 * 1024 * 1024
"""Unpacked entries that are in memory at once while they are indexed: one frame of the
longest entries, thousands of ordinary ones.  What goes in together goes beyond it by one."""

HOLDERS_REMEMBERED_MAX: Final = 4_096
"""Holders whose speed is remembered while the node runs; 1 MB."""

SIGHTINGS_FINE: Final = 64
"""Sightings of one feed after which what counts as seen together doubles: from ten minutes
to seven months.  An author whose clock stays wrong for years takes a few hundred."""

SIGHTINGS_MAX: Final = 1_024
"""Sightings remembered of one feed, 60 bytes each; honest clocks leave none."""

LEAP_MS_MIN: Final = 30 * 24 * 3600 * 1000
"""How far our time goes at once when it is taken to have been slow, 30 days: longer than
most holidays, shorter than what a clock is slow by that fell back to the year of its making."""

LEAPS_MAX: Final = 64
"""Leaps remembered: those within a later one are forgotten, so a clock that falls back at
each start takes one."""

ID_POSTS_MAX: Final = 256
"""Posts of one feed that claim the same millisecond and have a public id, the first ones: so
many are looked through, whatever an author signs."""

AUTHORS_AGREEING: Final = 3
"""Followed authors whose entries claim a time before it is believed to have passed, whatever
our clock says: two may be one person."""

STRANGERS_AFTER_MS: Final = 3_000
"""How long a chunk waits for a holder that is linked, before it is looked for among plain
clients: those we know of were dialled by then, and nobody else is told what we look for."""

SEARCHES_MAX: Final = 32
"""Chunks that are looked for among plain clients at once; the others have their turn."""

SEARCH_EVERY_MS: Final = 1_000
"""Shortest time between two look-ups of chunks in the DHT: finding is 9 packets and telling
that we look 18, in a DHT of 48 nodes, and several times that in the Mainline DHT."""

SEARCH_PAUSE_MS_FIRST: Final = 10_000
"""After how long a chunk is looked up again: a look-up in the Mainline DHT takes that long.
Twice as long each time."""

SEARCH_PAUSE_MS_MAX: Final = 15 * 60_000
"""Longest such pause: whoever looked up the chunk a while ago dials those that announce
themselves, and DHT nodes forget them after half an hour (BEP 5)."""

SEARCH_MS_MAX: Final = 40 * 60_000
"""How long a chunk is looked for while others wait for their turn: plain clients ask the DHT
every quarter of an hour for whom to dial, also those that nobody can dial."""

SEARCH_LOST_MS: Final = 10_000
"""How long a chunk is remembered as looked for while it is not in flight: it was given up, and
is begun anew with whoever was found meanwhile."""

SEARCH_REST_MS: Final = 15 * 60_000
"""How long a chunk that was looked for in vain is not looked for again."""

SEARCH_PEERS_AT_ONCE: Final = 4
"""Plain clients dialled at once for one chunk: several send the same bytes twice, but one may
be gone, behind a router, or lie."""

SEARCH_PEERS_MS: Final = 2_000
"""How long these are waited for before the next ones are dialled."""

SEARCH_PEERS_MAX: Final = 64
"""Plain clients remembered for one chunk, the first that were told of."""

OPENED_S: Final = 7 * 24 * 3600
"""How long the chunks of a feed are announced in the DHT after its torrents were listed: a
client that reads the RSS lists them every half hour, one that was given a link has a week."""

ANNOUNCED_CHUNKS_MAX: Final = 900
"""Torrents announced in the DHT, the newest listed feeds first: one each second, so that each
has its turn within ANNOUNCE_CHUNK_MS.  6 kB a second, both ways, in a DHT of 48 nodes."""

ANNOUNCE_CHUNK_MS: Final = 15 * 60_000
"""How often a torrent is announced: DHT nodes forget peers after half an hour (BEP 5)."""

DEPOSIT_FEEDS_MAX: Final = 8
"""Other feeds of the author that a deposit names, as far as a DHT item has room for them."""

DEPOSIT_MS: Final = 60 * 60_000
"""How often gate, deposit and sheets are put into the DHT: it forgets after two hours."""

DEPOSITS_PER_ROUND: Final = 5
"""Feeds of others whose deposit is put again in one round, of a minute: 300 within the hour,
four walks through the DHT for each."""

COLLECT_AFTER_MS: Final = 4_000
"""How long an author of whom nothing is here is looked for among nodes, before the deposit
is looked for."""

COLLECT_MS_FIRST: Final = 15_000
"""After how long the deposit of an author is looked for again; twice as long each time."""

COLLECT_MS_MAX: Final = 15 * 60_000
"""Longest such pause."""

COLLECTED_PER_ROUND: Final = 2
"""Authors whose deposit is looked for in one round, of 2 s."""

IMPORT_AHEAD_MS: Final = 24 * 60 * 60 * 1000
"""How far ahead of now an imported post may be dated: time zones reach no further than that."""

WRITTEN_KEPT_S: Final = 60
"""How long after a batch of an import it is remembered what the author wrote: the next batch
comes within seconds, and 100,000 posts take 25 MB."""

WISH_KEY_CHARS_MAX: Final = 64
"""Longest key by which a wish is known again: 256 random bits in hex."""

WISHES_MAX: Final = 4_096
"""Most wishes that are remembered, so that none is done twice: half a megabyte of the ledger.
Who writes a post a minute has them for three days; the oldest go."""

WISH_KEPT_MS: Final = 30 * 24 * 60 * 60 * 1000
"""How long one is remembered: as long as a browser stays logged in that does not come."""

SAME_WORDS_MS: Final = 60 * 60 * 1000
"""How long after a post the same words are asked about: who comes back later means it."""

REPACK_MS: Final = 10 * 60 * 1000
"""How long a chunk rests after bodies were taken out of it: the largest are 48 MB, which are
written and hashed anew at the author and at each holder.  What is withdrawn is hidden."""

PATCH_FRAMES_MAX: Final = 256
"""Most frames of one patch: a person withdraws a few posts, and the swarm brings the rest."""

PATCH_BYTES_MAX: Final = 3 * 1024 * 1024
"""Most bytes of the frames of one patch: a frame may have 2.1 MB, a message 4 MiB."""

PATCH_WAIT_S: Final = 10.0
"""How long a patch is waited for before the chunk is fetched: the author's node may be packing,
and others wait for it just as we do."""

PATCHES_PER_MINUTE: Final = 60
"""Patches that are made for one peer in a minute: each reads a chunk."""

PATCHES_PER_MINUTE_OF_HOST: Final = 4 * PATCHES_PER_MINUTE
"""For all peers of one address: node keys cost nothing, and a household has few nodes."""

PATCHES_PER_MINUTE_IN_ALL: Final = 8 * PATCHES_PER_MINUTE
"""For everybody: a disk reads 48 MB, the longest chunk, eight times a second.  Who gets none
fetches the chunk from the swarm."""

RENEWED_BYTES_PER_DAY: Final = 1024 * 1024 * 1024
"""Chunks of one feed that are taken in anew in a day, beside RENEWED_TIMES_PER_DAY times all of
it: a withdrawal in the longest chunk takes 48 MB, and twenty of them are a long day."""

RENEWED_TIMES_PER_DAY: Final = 2
"""How often a whole feed may be packed anew in a day."""

WAITING_LOOKED_AT: Final = 1_024
"""How many of the newest own entries are looked through at the start for withdrawals whose
bodies are in a chunk still: far more than are written within REPACK_MS."""

WITHDRAWN_BELOW_MAX: Final = 100
"""Withdrawn replies below a withdrawn one that are looked through for one that is not; with
more of them it keeps its place, whatever is behind: strangers could write any number."""

MAILBOXES_MAX: Final = 3
"""Machines that keep letters for one device: up 70 % of the time each, one is with 97 %."""

RECOVERY_BYTES_MAX: Final = 3_000
"""Longest statement of recovery keys: two public keys of 1,216 bytes, and who says so."""

STATE_PART_BYTES: Final = 8_000
"""Of a snapshot in one entry: the body's other keys take less than the rest."""

STATE_BLOB_BYTES_MAX: Final = 2 * 1024 * 1024
"""Longest snapshot: twice what an author's devices keep together, for lengths double."""

STATE_PARTS_MAX: Final = -(-STATE_BLOB_BYTES_MAX // STATE_PART_BYTES)
"""Entries of the longest snapshot."""

STATE_ID_BYTES: Final = 16
"""Of a snapshot's hash, by which its parts find each other."""

SUITE_MAX: Final = 2**16
"""Highest number of a suite of keys."""

CERTIFICATE_NEWS_MAX: Final = 16
"""Messages with certificates of one author that are read from one peer on one link: a person
changes devices a few times in a year, and each change is one message."""

VERIFY_PROCESSES_MAX: Final = 2
"""Processes that hash large chunks, 17 MB each: with two, a backlog is hashed faster than it
comes over any line."""

VERIFY_LEVEL_MIN: Final = 2
"""Chunks from this level on are worth processes: 65,536 entries take 0.15 s, and to start one
0.06 s.  Those of the level below are hashed there only while they run."""

OPENED_APART_MIN: Final = 32
"""Heads of new feeds that are verified in those processes at once, 0.4 ms each; fewer are done
sooner where they are."""

OPENED_IN_A_ROW_MIN: Final = 512
"""Heads of new feeds that came in a row, in messages of as many, before the processes are
started for more of them: all of 200 feeds are verified before the processes would be there."""

VERIFY_SHARE_FRAMES: Final = 64
"""Frames a process is given at a time, 0.04 s: the others wait no longer for the last one."""

VERIFY_SHARE_BYTES: Final = 4 * 1024 * 1024
"""Bytes it is given at a time, but for a single frame: a process holds no more than these and
one frame unpacked.  64 ordinary frames are 1 MB."""

VERIFY_IDLE_S: Final = 30.0
"""How long the processes stay when there is nothing to hash: the next chunk of a backlog may
still be on its way."""

VERIFY_PATIENCE_S: Final = 60.0
"""How long the processes may take to start, or for one chunk: of a million entries that is 2 s
here, and it may be ten times as much elsewhere.  Beyond, one was stopped or hangs; they are
ended, and the chunk is hashed without them."""

MARK_SLOT_BYTES: Final = 16 * 1024
"""One of the two slots of a high-water mark: four blocks of most disks, so that a crash tears
one slot and not its neighbour."""

MARK_FRAME_BYTES_MAX: Final = MARK_SLOT_BYTES - 512
"""Longest append that is kept in the mark too: what any single post needs."""

MARK_FRAMES_BYTES_MAX: Final = 8 * 1024
"""Most bytes of several appends that are kept in the mark before the journal is synced for all
of them: about ten posts, so that this sync is a tenth of theirs; each writes 4 KiB."""

ARRIVED_FEED_BYTES_MAX: Final = 64 * 1024
"""Longest first files of a feed that stands in one file with others: 200 posts and more.  Those
that are left are written anew when others are taken out, so it is to be little."""

ARRIVED_FEEDS_MAX: Final = 64
"""Most feeds in one such file: as many as come in one message."""

ARRIVED_BYTES_MAX: Final = ARRIVED_FEEDS_MAX * (ARRIVED_FEED_BYTES_MAX + 128)
"""Longest such file: each feed stands in its index twice, with 50 bytes."""

OWN_FEED_HEARD_S: Final = 3
"""How long the first own word since the start waits for those who may know the own feed to be
reached: longer than a round trip around the world and a handshake take, and short for a
person."""

OWN_FEED_ANSWERED_S: Final = 10
"""How long it waits after that for those who were reached: one is there, and may only be slow,
or send a long head; what is signed past it forks the feed.  Who never answers delays one post
of each start."""

# --- posts with their proofs -------------------------------------------------------------

INCLUSION_HASHES_MAX: Final = 32
"""Hashes from an entry up to the root: a feed has 2^32 entries at most."""

PROVEN_CERTIFICATES_MAX: Final = 16
"""Certificates beside one post: the join, and what led to the key that signed it."""

PROVEN_HEADS_CACHED: Final = 1_024
"""Heads, and sets of certificates, of which it is remembered that they are true: 1 MB each."""

FOUND_KEPT_MAX: Final = 200
"""Posts found in the network that can be answered: four pages, 240 kB, 10 MB if all were the
longest."""

# --- what only some may read ---------------------------------------------------------------

PROTECTED_BYTES_MAX: Final = 8_080
"""Longest encrypted part of a protected entry: with commitment, nonce and keys a whole body."""

REKEY_WRAP_BYTES: Final = 38
"""Of a rekey: a tag of 6, by which it is found, and a key of 32."""

REKEY_WRAPS_MAX: Final = 192
"""Wraps in one entry: 7,296 bytes, nearly a body; more stand in several entries."""

REKEY_CHECK_BYTES: Final = 16
"""What tells the key of an epoch from others: as hard to guess as it has to be."""

EPOCHS_MAX: Final = 2**32 - 1
"""Epochs of a circle: weekly, for ever."""

# --- pictures, sound, films and other files ------------------------------------------------

MEDIA_MAX: Final = 4
"""Media of one post: what a page shows side by side without cutting them to strips."""

MEDIUM_BYTES_MAX: Final = 100 * 1024 * 1024
"""Longest file that an entry names: a film of some minutes, a week of speech.  Its hashes take
5,200 bytes of the entry."""

MEDIUM_PIECES_MAX: Final = MEDIUM_BYTES_MAX // (1024 * 1024)
"""Pieces of the longest one."""

PICTURE_SIDE_MAX: Final = 4_000
"""Longest side of a published picture: more than screens have, and 16 million pixels."""

ALT_CHARS_MAX: Final = 2_000
"""What a medium shows, in words: 1,000 letters as people count them, also where each takes
two code points."""

FILE_NAME_CHARS_MAX: Final = 100
"""How a file was called where it came from."""

PROFILE_FIELDS_MAX: Final = 4
"""Pairs of label and text in a profile: as many as people know from elsewhere."""

FIELD_LABEL_CHARS_MAX: Final = 40
"""Longest label of one."""

FIELD_TEXT_CHARS_MAX: Final = 150
"""Longest text of one, a link mostly.  Four of the longest, with the longest name and bio and
two pictures, fit a body also where each character takes four bytes."""
