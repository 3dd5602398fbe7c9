"""What a node shows, as JSON: the page's API and ``--json`` of the commands print the same.

Keys keep their meaning for good; new ones may join.  Authors, feeds and nodes are
56-character addresses, hashes are hex, times are Unix milliseconds, sizes are bytes.
"""

from collections.abc import Sequence

from swarmfeed.core.asks.history_json import safety_json
from swarmfeed.core.asks.views import (
    AuthorView,
    FeedStatus,
    FetchProgress,
    ImportReport,
    JobStatus,
    NodeStatus,
    PeerStatus,
    PostView,
    VerifyReport,
    Whoami,
)
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import ChunkSpan, EntryRef

Json = dict[str, object]
"""A JSON object."""


def ref_text(ref: EntryRef) -> str:
    """Return the short name of an entry, ``<feed address>/<index>``."""
    return f"{format_address(ref.feed_id)}/{ref.index}"


def ref_json(ref: EntryRef) -> Json:
    return {
        "feed": format_address(ref.feed_id),
        "index": ref.index,
        "hash": ref.entry_hash.hex(),
    }


def whoami_json(me: Whoami) -> Json:
    return {
        "author": format_address(me.author_id),
        "name": me.name,
        "link": me.link,
        "node": format_address(me.node_id),
    }


def post_json(post: PostView) -> Json:
    """``cw`` and ``reply_to`` are left out where there is none."""
    out: Json = {
        "author": format_address(post.author_id),
        "name": post.author_name,
        "feed": format_address(post.ref.feed_id),
        "index": post.ref.index,
        "time_ms": post.time_ms,
        "text": post.text,
        "hash": post.ref.entry_hash.hex(),
        "cursor": str(post.cursor),
        "reply_count": post.reply_count,
        "held_by": post.held_by,
    }
    if post.cw:
        out["cw"] = post.cw
    if post.reply_to is not None:
        out["reply_to"] = ref_json(post.reply_to)
    return out


def posts_json(posts: Sequence[PostView], limit: int) -> Json:
    """``next`` is what ``before`` takes to go on; null when the list ended."""
    more = 0 < limit <= len(posts)
    return {
        "posts": [post_json(post) for post in posts],
        "next": str(posts[-1].cursor) if more else None,
    }


def thread_json(
    post: PostView, ancestors: Sequence[PostView], replies: Sequence[PostView]
) -> Json:
    return {
        "post": post_json(post),
        "ancestors": [post_json(ancestor) for ancestor in ancestors],
        "replies": [post_json(reply) for reply in replies],
    }


def author_json(author: AuthorView) -> Json:
    return {
        "author": format_address(author.author_id),
        "name": author.name,
        "bio": author.bio,
        "is_self": author.is_self,
        "followed": author.followed,
        "entry_count": author.entry_count,
        "entries_held": author.entries_held,
        "post_count": author.post_count,
        "bytes_held": author.bytes_held,
        "forked": author.forked,
    }


def fetch_progress_json(progress: FetchProgress) -> Json:
    """``error`` is empty while the fetch can go on."""
    return {
        "author": format_address(progress.author_id),
        "name": progress.name,
        "entries_held": progress.entries_held,
        "entries_total": progress.entries_total,
        "bytes_held": progress.bytes_held,
        "bytes_total": progress.bytes_total,
        "holders": list(progress.holders),
        "done": progress.done,
        "searchable": progress.searchable,
        "error": progress.error,
    }


def feed_status_json(feed: FeedStatus) -> Json:
    return {
        "author": format_address(feed.author_id),
        "name": feed.author_name,
        "feed": format_address(feed.feed_id),
        "relation": feed.relation,
        "size": feed.size,
        "root": feed.root.hex(),
        "entries_held": feed.entries_held,
        "bytes_held": feed.bytes_held,
        "bytes_total": feed.bytes_total,
        "holders": feed.holders,
        "held_by": feed.held_by,
        "fetching": feed.fetching,
        "rate_bytes_per_s": feed.rate_bytes_per_s,
        "uploaded_bytes": feed.uploaded_bytes,
        "forked": feed.forked,
    }


def peer_json(peer: PeerStatus) -> Json:
    return {
        "node": format_address(peer.node_id),
        "endpoint": peer.endpoint,
        "outgoing": peer.outgoing,
        "since_ms": peer.since_ms,
    }


def job_json(job: JobStatus) -> Json:
    return {
        "name": job.name,
        "every_s": job.every_s,
        "last_run_ms": job.last_run_ms,
        "next_run_ms": job.next_run_ms,
        "last_result": job.last_result,
    }


def status_json(status: NodeStatus) -> Json:
    return {
        "node": format_address(status.node_id),
        "author": format_address(status.author_id),
        "running": status.running,
        "sentence": status.sentence,
        "feeds": [feed_status_json(feed) for feed in status.feeds],
        "peers": [peer_json(peer) for peer in status.peers],
        "disk": {
            "bytes": status.disk_bytes,
            "budget_bytes": status.disk_budget_bytes,
            "free_bytes": status.disk_free_bytes,
        },
        "dht_nodes": status.dht_nodes,
        "link": status.link_endpoint,
        "swarm_port": status.swarm_port,
        "jobs": [job_json(job) for job in status.jobs],
        "safety": safety_json(status.safety),
        "history_server": status.is_history_server,
    }


def verify_json(report: VerifyReport) -> Json:
    return {
        "feeds": report.feeds,
        "entries": report.entries,
        "bytes": report.bytes,
        "damaged": list(report.damaged),
        "refetching": report.refetching,
    }


def import_json(report: ImportReport) -> Json:
    return {
        "read": report.read,
        "imported": report.imported,
        "already_there": report.already_there,
        "skipped": list(report.skipped),
    }


def torrents_json(torrents: Sequence[tuple[ChunkSpan, str, str, int]]) -> Json:
    return {
        "torrents": [
            {
                "level": span.level,
                "position": span.position,
                "start": span.start,
                "end": span.end,
                "name": name,
                "magnet": magnet,
                "bytes": size_bytes,
            }
            for span, name, magnet, size_bytes in torrents
        ]
    }
