"""Anna, Bert, and her node: what commands are tested with."""

from hashlib import sha256

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.feeds import FeedStatus
from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.upkeep import JobStatus
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.feed.head import verifier_key
from swarmfeed.core.feed.public_id import public_id

NOW_MS = 1_700_000_000_000
ANNA = AuthorId(bytes([1]) * 32)
BERT = AuthorId(bytes([2]) * 32)
ANNAS_FEED = FeedId(bytes([3]) * 32)
NODE = NodeId(bytes([4]) * 32)
LINK = "swarmfeed:anna"
SHEET_LINK = format_link(Link(ANNA, next_key_hash=Hash(bytes([5]) * 32)))
"""What stands on both sheets."""
NAMES = {ANNA: "Anna", BERT: "Bert"}
ME = Whoami(
    author_id=ANNA,
    name="Anna",
    link=LINK,
    node_id=NODE,
    verifier_key=verifier_key(ANNAS_FEED),
)
WORDS = " ".join(["abandon"] * 23 + ["art"])
NEXT_WORDS = " ".join(["zoo"] * 23 + ["vote"])


def make_post(index: int, text: str, *, author_id: AuthorId = ANNA, time_ms: int) -> PostView:
    """A post whose hash is that of its text."""
    return PostView(
        ref=EntryRef(ANNAS_FEED, Hash(sha256(text.encode()).digest()), index),
        author_id=author_id,
        author_name=NAMES[author_id],
        time_ms=time_ms,
        text=text,
        cursor=Cursor(time_ms, index),
        id=public_id(ANNAS_FEED, index, time_ms),
    )


FEED_STATUS = FeedStatus(
    author_id=ANNA,
    author_name="Anna",
    feed_id=ANNAS_FEED,
    relation="own",
    size=1_000,
    root=Hash(bytes(32)),
    entries_held=900,
    bytes_held=45_000,
    bytes_total=50_000,
    holders=3,
    held_by=2,
    fetching=0,
    rate_bytes_per_s=0,
    uploaded_bytes=150_000,
    forked=False,
)

JOBS = (
    JobStatus(
        name="announce",
        every_s=60,
        last_run_ms=NOW_MS,
        next_run_ms=None,
        last_result="told 3",
    ),
)
