"""What people are told about a node, its feeds and its work: every sentence, once.

The node, the command line and the page take their words from here, so that none says
otherwise than another, and a translation finds them in one place.  What a role has to say
stands in a table of the role; labels and headings belong to the face that shows them.
"""

from typing import Final

from swarmfeed.core.base.address import ADDRESS_CHARS
from swarmfeed.core.base.texts import Text

# --- what a home and its files refuse ------------------------------------------------------

NO_KEYS: Final = Text("there are no keys in {home} yet; begin with: swarmfeed run")
NOT_RUNNING: Final = Text("no node is running here; start it with: swarmfeed run")
RUNNING_ALREADY: Final = Text(
    "a node is running here already; open its page with: swarmfeed open"
)
KEYS_LOST: Final = Text(
    "the keys are missing in {home}, though there are posts of an author: put the file keys"
    " back from a backup, or make a new device with: swarmfeed restore -"
)
KEYS_THERE: Final = Text("there are keys in {home} already; this never replaces them")
KEYS_CAN_WRITE: Final = Text(
    "there are keys in {home} already, and they can write; this never replaces them"
)
NAME_MISSING: Final = Text("give a name to write under with --name")
KEYS_OF_ANOTHER: Final = Text(
    "the keys in {home} are another author's than these words; choose another folder"
)
OTHERS_MAY_READ: Final = Text("other users may read {path}; run: chmod 600 {path}")
OTHERS_COULD_READ: Final = Text(
    "other users could look into {folder}; it is closed to them now"
)
EVERYBODY_MAY_REPLACE: Final = Text(
    "every user of this machine may put other files in place of yours in {folder};"
    " run: chmod o-w {folder}"
)
NOT_WRITABLE: Final = Text("{path} cannot be written: {reason}")
NO_FILE: Final = Text("{path} is a folder, and has to be a file; move it away")
NO_FOLDER: Final = Text("{path} is no folder; move it away, or choose another one")

TOO_FEW_FILES: Final = Text(
    "this system lets the program have {files:1 file|# files} open, and it needs {least};"
    " allow more with: ulimit -n 1024"
)
NOT_FOUND_YET: Final = Text(
    "Commands do not find this node yet: {reason} The page works, and so does everything in it."
)
INDEX_SET_ASIDE: Final = Text(
    "The index was damaged, and is built anew from what is on the disk: nothing is lost."
    " The damaged one is kept as {kept}."
)
LEDGER_SET_ASIDE: Final = Text(
    "The ledger was damaged, and a new one is begun: lost are what was seen of other nodes,"
    " what was promised to hold for them, and what was chosen for that. No post is lost."
    " The damaged one is kept as {kept}."
)

# --- what ends a node ---------------------------------------------------------------------

NODE_STOPS: Final = Text("the node is stopping; start it again and repeat this")
NODE_STOPPED: Final = Text(
    "The node stopped, to be on the safe side: {reason}."
    " Nothing that was saved is lost; start it again, and it goes on from what is on the disk."
)
JOB_FAILED: Final = Text("the job {name} failed: {error}")

# --- posts ---------------------------------------------------------------------------------

DATED_AHEAD: Final = Text("dated ahead by its author's clock")

# --- the own feed, where it is not what it was -----------------------------------------------

NOT_SIGNED: Final = Text(
    "nothing was saved: what is here of your feed is not what was signed last; see: swarmfeed"
    " status"
)
OWN_MISSING: Final = Text(
    "Nothing can be written for now: entries {first} to {last} of your feed are missing on this"
    " machine. While the node runs they are fetched from those who hold them, and then writing"
    " goes on by itself. If nobody has them, stop the node and go on as a new device, with the"
    " words of your first sheet: swarmfeed restore -"
)
OWN_ONE_MISSING: Final = Text(
    "Nothing can be written for now: entry {first} of your feed is missing on this machine."
    " While the node runs it is fetched from those who hold it, and then writing goes on by"
    " itself. If nobody has it, stop the node and go on as a new device, with the words of your"
    " first sheet: swarmfeed restore -"
)
OWN_ENDED: Final = {
    "no mark": Text(
        "Nothing can be written here any more: the file that says how far your feed was signed"
        " is gone, so nobody can tell what others have of it already."
    ),
    "newer": Text(
        "Nothing can be written here any more: this is an old copy of your feed, which was"
        " continued since."
    ),
    "other": Text(
        "Nothing can be written here any more: what is here of your feed is not what was signed"
        " last."
    ),
    "forked": Text(
        "Nothing can be written here any more: your feed was continued in two different ways,"
        " perhaps from a copy of this folder, and others have stopped at the place where they"
        " part."
    ),
}
"""By the reason why the own feed may never be signed again."""
NEW_DEVICE: Final = Text(
    "What you wrote stays readable. To go on, stop the node and make this a new device of"
    " yours, with the words of your first sheet: swarmfeed restore -"
)
OWN_ABSENT: Final = Text("feed {feed}: entries {first} to {last} are missing")
OWN_ONE_ABSENT: Final = Text("feed {feed}: entry {first} is missing")


def what_is_absent(feed: str, start: int, end: int) -> str:
    """Which entries of an own feed are missing, from ``start`` to before ``end``."""
    if end - start == 1:
        return OWN_ONE_ABSENT(feed=feed, first=start)
    return OWN_ABSENT(feed=feed, first=start, last=end - 1)


# --- how the node is --------------------------------------------------------------------

OFFLINE: Final = Text("Offline: this command opened the data without the network.")
ALONE: Final = Text(
    "Not connected to anybody right now: what you write is kept here, and goes out as soon as"
    " somebody is there."
)
CONNECTED: Final = Text("{peers:Connected to 1 machine|Well connected}.")
CONNECTED_GOING_OUT: Final = Text(
    "{peers:Connected to 1 machine|Well connected}; what you wrote last is on this machine"
    " only, going out."
)
CONNECTED_AND_HELD: Final = Text(
    "{peers:Connected to 1 machine|Well connected}, and {held_by:1 other has|# others have}"
    " your newest post."
)
CONNECTED_AND_SAFE: Final = Text(
    "{peers:Connected to 1 machine|Well connected}, and your posts are safe."
)


def how_it_is(*, running: bool, peers: int, held_by: int | None, safe: bool) -> str:
    """How the node is, in one sentence.

    Args:
        peers: Links that are open.
        held_by: Other nodes that confirmed holding the newest own post; None when nothing
            was written.
        safe: Whether own posts would outlive this machine.
    """
    if not running:
        return OFFLINE()
    if peers == 0:
        return ALONE()
    if held_by is None:
        return CONNECTED(peers=peers)
    if held_by == 0:
        return CONNECTED_GOING_OUT(peers=peers)
    if safe:
        return CONNECTED_AND_SAFE(peers=peers)
    return CONNECTED_AND_HELD(peers=peers, held_by=held_by)


ONLY_HERE_SO_FAR: Final = Text("On this machine only, going out")
HAVE_IT: Final = Text("{held_by:1 other has it|# others have it}")


def who_has_it(held_by: int) -> str:
    """Who has a post beside its author's machine, for the line below it."""
    return HAVE_IT(held_by=held_by) if held_by else ONLY_HERE_SO_FAR()


INDEX_FILLS: Final = Text(
    "What can be read is being put together anew from the feeds: some of it is not here yet."
)
LACKING: Final = Text(
    "{entries:1 entry|# entries} of {feeds:1 feed|# feeds} that were here are missing now,"
    " and come back from others who hold them while the node runs; see: swarmfeed verify"
)
LACKING_PAPERS: Final = Text(
    "What the authors of {feeds:1 feed|# feeds} said about their devices is missing in part,"
    " and comes back from others; see: swarmfeed verify"
)
LEDGER_LOST: Final = Text(
    "What this node remembered of other nodes was damaged, and is being learnt anew. The file"
    " is kept as ledger.db.damaged; delete it, and this is not said any more."
)

# --- whether the own posts would outlive this machine -----------------------------------

NOTHING_TO_LOSE: Final = Text("You have not written anything yet, so there is nothing to lose.")
ONLY_HERE: Final = Text(
    "Your newest posts exist only on this machine. Keep it running until somebody has them."
)
CONFIRMED: Final = Text(
    "If your machine breaks today, {others:1 other machine has|# other machines have}"
    " everything."
)


def what_is_confirmed(held_by: int | None) -> str:
    """Whether own posts are safe, by receipts alone.

    Args:
        held_by: Other nodes that confirmed the least held own feed; None when nothing was
            written.
    """
    if held_by is None:
        return NOTHING_TO_LOSE()
    return CONFIRMED(others=held_by) if held_by else ONLY_HERE()


# --- reading, following, fetching -------------------------------------------------------

FORKED: Final = Text("the author signed two histories; the feed is stopped there")
NO_LINK: Final = Text(
    "That is no link to a person. One looks like swarmfeed:{example}?name=Ines - after the"
    " colon come {chars:1 letter or digit|# letters and digits}. People find theirs on"
    " their page, under Me. What is wrong with this one: {reason}"
)


def what_a_link_is(reason: str) -> str:
    """What a link looks like, for whoever gave something else; ``reason`` is a sentence."""
    return NO_LINK(example="abcd2345…wxyz67", chars=ADDRESS_CHARS, reason=reason)


FOLLOWED: Final = Text("You follow {name} now.")
NOT_FOLLOWED: Final = Text("you do not follow {name}, so nothing was changed")
UNFOLLOWED: Final = Text("You no longer follow {name}.")

LOOKING_FOR_HOLDERS: Final = Text("looking for somebody who holds it")
HERE_ALREADY: Final = Text("{name}: all {entries:1 entry|# entries} were here already")
FETCHED: Final = Text(
    "{name}: all {entries:1 entry|# entries} held and verified,"
    " {size} in {seconds:.1f} s ({entries_per_s:,.0f} entries/s)"
)
FETCHED_FROM: Final = Text(
    "{name}: all {entries:1 entry|# entries} held and verified,"
    " {size} in {seconds:.1f} s ({entries_per_s:,.0f} entries/s,"
    " {holders:1 holder|# holders})"
)
NOBODY_ANSWERED: Final = Text("nobody who holds this author answered within {seconds:.0f} s")
NOT_ALL_FETCHED: Final = Text(
    "{held:,} of {entries:1 entry|# entries} after {seconds:.0f} s; run this again to go on"
)

ONLY_THE_NEWEST: Final = Text(
    "Only the newest {shown:,} of {entries:1 entry|# entries} of {name} can be read and"
    " searched here: unpacked they are {unpacked}, and of one author {budget} are shown."
)


# --- checking and mending ---------------------------------------------------------------

ALL_GOOD: Final = Text(
    "{entries:1 entry|# entries} of {feeds:1 feed|# feeds}, {size} in sealed parts: all good"
)
SOME_DAMAGED: Final = Text(
    "{entries:1 entry|# entries} of {feeds:1 feed|# feeds}, {size} in sealed parts:"
    " {damaged} damaged, {missing} missing"
)
DAMAGED: Final = Text("damaged: {line}")
MISSING: Final = Text("missing: {line}")
FEED_MISSING: Final = Text("feed {feed} of {name}: all {entries:1 entry|# entries}")
ENTRIES_MISSING: Final = Text("feed {feed} of {name}: {entries:entry|entries} {ranges}")
PAPERS_MISSING: Final = Text(
    "feed {feed} of {name}: {papers:1 statement|# statements} of its author about their devices"
)
PROOF_MISSING: Final = Text(
    "feed {feed} of {name}: the proof that its author signed two histories; it stays stopped"
)
NOTHING_OF_OWN: Final = Text("feed {feed}: your own feed on this machine, all of it")
COMES_BACK: Final = Text("What is missing comes back from others who hold it: swarmfeed run")
PAPERS_MENDED: Final = Text(
    "feed {feed}: what its author said about their devices was damaged; it is written anew"
)
INDEX_DAMAGED: Final = Text("index.db: it was damaged; it is made anew from the feeds")
INDEX_MENDED: Final = Text(
    "index.db: posts of {name} were not what their feed says; they are read again"
)
INDEX_DROPPED: Final = Text("index.db: it had posts of a feed that is not kept here: {feed}")
TO_FETCH_AGAIN: Final = Text("{chunks:1 chunk|# chunks} to fetch again")
JOURNAL_MENDED: Final = Text("feed {feed}: its journal was damaged; it is written anew")
CHUNK_DAMAGED: Final = Text("feed {feed}: {chunk} (entries {first} to {last}): {reason}")
INDEXED: Final = Text("{entries:1 entry|# entries} read into the index again")
IMPORTED: Final = Text("{posts:1 post|# posts} imported")
IMPORTED_SOME: Final = Text(
    "{posts:1 post|# posts} imported, {already:1 was|# were} already there"
)
LEFT_OUT: Final = Text("left out: {line}")

# --- what a repeating job decided -------------------------------------------------------

NEVER_RAN: Final = Text("has not run yet")
POSTPONED: Final = Text("postponed: {reason}")
FAILED: Final = Text("failed: {error}")
DIALLED: Final = Text("{links:1 link|# links}, {opened:,} new")
NO_DHT: Final = Text("no DHT")
NO_DHT_NODES: Final = Text("no DHT nodes yet")
LOOKED_UP: Final = Text("looked up {authors:1 author|# authors}")
NOTHING_TO_ANNOUNCE: Final = Text("nothing to announce on")
ANNOUNCED: Final = Text("announced {authors:1 author|# authors}")
CHUNKS_ANNOUNCED: Final = Text(
    "{chunks:1 chunk|# chunks} announced for plain clients, {due:,} due"
)
NEWEST_OUT_OF_REACH: Final = Text(
    "The newest {entries:1 entry is|# entries are} missing: nobody who has them is online."
)
NO_DEPOSIT: Final = Text("nothing to leave in the DHT yet")
DEPOSIT_IS_OUT: Final = Text("deposit of {entries:1 entry|# entries} was put before")
DEPOSIT_PUT: Final = Text("deposit of {entries:1 entry|# entries} on {nodes:1 node|# nodes}")
DEPOSITS_RENEWED: Final = Text("deposits of {feeds:1 feed|# feeds} put again")
COLLECTING: Final = Text(
    "{authors:1 author|# authors} looked for, {lists:1 list|# lists} of chunks on their way"
)
NO_HEAD: Final = Text("no head yet")
HEAD_IS_OUT: Final = Text("own head of {entries:1 entry|# entries} was put before")
HEAD_PUT: Final = Text("own head of {entries:1 entry|# entries} on {nodes:1 node|# nodes}")
HEADS_READ: Final = Text("{read:1 head|# heads} read, {newer:,} newer than ours")
STANDING_STILL: Final = Text("{chunks:1 chunk stands|# chunks stand} still")
FRIENDS_HELD: Final = Text(
    "{friends:1 friend|# friends} of friends, {chunks:1 chunk|# chunks} to fetch"
)
LEFT_TO: Final = Text("left to {policy}")
FEEDS_AWAKE: Final = Text("{feeds:1 feed|# feeds} awake, held for others")
TIDIED: Final = Text("{journals:1 journal|# journals} packed")
RETIRED: Final = Text("{chunks:1 superseded chunk|# superseded chunks} deleted")
SLOWLY_BY_ANOTHER: Final = Text("slowly, by way of another machine")
MEMORY_RELEASED: Final = Text("memory given back")
ROWS_WRITTEN: Final = Text("{rows:1 row|# rows} written")
PUT_IN_ORDER: Final = Text("clock looked at; {feeds:1 feed|# feeds} sorted anew")
