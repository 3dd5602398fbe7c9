"""JSON from a node back to views: the other half of ``core.asks.views_json``."""

from dataclasses import dataclass
from typing import TypeVar

from swarmfeed.core.asks.views import (
    AuthorView,
    FeedStatus,
    FetchProgress,
    ImportReport,
    JobStatus,
    NodeStatus,
    PeerStatus,
    PostView,
    Safety,
    VerifyReport,
    Whoami,
    parse_cursor,
)
from swarmfeed.core.asks.views_json import Json
from swarmfeed.core.base.address import parse_address
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash, NodeId
from swarmfeed.errors import UserError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads typed values out of one JSON object.

    Every method raises UserError when the value is not there or is something else: then
    the running node is of another version than this command.
    """

    value: Json

    def get(self, key: str, kind: type[T]) -> T:
        found = self.value.get(key)
        # True is an int for isinstance, and for nobody else.
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is int):
            raise UserError(
                f"the running node's answer has no {key!r}: it is of another version;"
                " stop it and start it again"
            )
        return found

    def text(self, key: str) -> str:
        return self.get(key, str)

    def number(self, key: str) -> int:
        return self.get(key, int)

    def share(self, key: str) -> float:
        return self.get(key, float)

    def flag(self, key: str) -> bool:
        return self.get(key, bool)

    def key(self, key: str) -> bytes:
        return parse_address(self.text(key))

    def digest(self, key: str) -> Hash:
        try:
            return Hash(bytes.fromhex(self.text(key)))
        except ValueError as error:
            raise UserError(f"the running node's {key!r} is no hash") from error

    def object(self, key: str) -> "Reader":
        return Reader(self.get(key, dict))

    def objects(self, key: str) -> "list[Reader]":
        return [Reader(item) for item in self.get(key, list) if isinstance(item, dict)]

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(item for item in self.get(key, list) if isinstance(item, str))

    def moment(self, key: str) -> int | None:
        return None if self.value.get(key) is None else self.number(key)


def read_ref(ref: Reader) -> EntryRef:
    return EntryRef(FeedId(ref.key("feed")), ref.digest("hash"), ref.number("index"))


def read_whoami(me: Reader) -> Whoami:
    return Whoami(
        author_id=AuthorId(me.key("author")),
        name=me.text("name"),
        link=me.text("link"),
        node_id=NodeId(me.key("node")),
    )


def read_post(post: Reader) -> PostView:
    return PostView(
        ref=read_ref(post),
        author_id=AuthorId(post.key("author")),
        author_name=post.text("name"),
        time_ms=post.number("time_ms"),
        text=post.text("text"),
        cw=post.text("cw") if "cw" in post.value else "",
        reply_to=read_ref(post.object("reply_to")) if "reply_to" in post.value else None,
        reply_count=post.number("reply_count"),
        held_by=post.number("held_by"),
        cursor=parse_cursor(post.text("cursor")),
    )


def read_author(author: Reader) -> AuthorView:
    return AuthorView(
        author_id=AuthorId(author.key("author")),
        name=author.text("name"),
        bio=author.text("bio"),
        is_self=author.flag("is_self"),
        followed=author.flag("followed"),
        entry_count=author.number("entry_count"),
        entries_held=author.number("entries_held"),
        post_count=author.number("post_count"),
        bytes_held=author.number("bytes_held"),
        forked=author.flag("forked"),
    )


def read_fetch_progress(progress: Reader) -> FetchProgress:
    return FetchProgress(
        author_id=AuthorId(progress.key("author")),
        name=progress.text("name"),
        entries_held=progress.number("entries_held"),
        entries_total=progress.number("entries_total"),
        bytes_held=progress.number("bytes_held"),
        bytes_total=progress.number("bytes_total"),
        holders=progress.texts("holders"),
        done=progress.flag("done"),
        searchable=progress.flag("searchable"),
        error=progress.text("error"),
    )


def read_status(status: Reader) -> NodeStatus:
    disk = status.object("disk")
    return NodeStatus(
        node_id=NodeId(status.key("node")),
        author_id=AuthorId(status.key("author")),
        running=status.flag("running"),
        sentence=status.text("sentence"),
        feeds=tuple(_read_feed(feed) for feed in status.objects("feeds")),
        peers=tuple(_read_peer(peer) for peer in status.objects("peers")),
        disk_bytes=disk.number("bytes"),
        disk_budget_bytes=disk.number("budget_bytes"),
        disk_free_bytes=disk.number("free_bytes"),
        dht_nodes=status.number("dht_nodes"),
        link_endpoint=status.text("link"),
        swarm_port=status.number("swarm_port"),
        jobs=tuple(_read_job(job) for job in status.objects("jobs")),
        safety=_read_safety(status),
        is_history_server=status.flag("history_server"),
    )


def _read_safety(status: Reader) -> Safety | None:
    if status.value.get("safety") is None:
        return None
    safety = status.object("safety")
    return Safety(
        friends=safety.number("friends"),
        servers=safety.number("servers"),
        reachable=safety.share("reachable"),
        copies=safety.share("copies"),
        copies_needed=safety.share("copies_needed"),
        safe=safety.flag("safe"),
        sentence=safety.text("sentence"),
    )


def _read_feed(feed: Reader) -> FeedStatus:
    return FeedStatus(
        author_id=AuthorId(feed.key("author")),
        author_name=feed.text("name"),
        feed_id=FeedId(feed.key("feed")),
        relation=feed.text("relation"),
        size=feed.number("size"),
        root=feed.digest("root"),
        entries_held=feed.number("entries_held"),
        bytes_held=feed.number("bytes_held"),
        bytes_total=feed.number("bytes_total"),
        holders=feed.number("holders"),
        held_by=feed.number("held_by"),
        fetching=feed.number("fetching"),
        rate_bytes_per_s=feed.number("rate_bytes_per_s"),
        uploaded_bytes=feed.number("uploaded_bytes"),
        forked=feed.flag("forked"),
    )


def _read_peer(peer: Reader) -> PeerStatus:
    return PeerStatus(
        node_id=NodeId(peer.key("node")),
        endpoint=peer.text("endpoint"),
        outgoing=peer.flag("outgoing"),
        since_ms=peer.number("since_ms"),
    )


def _read_job(job: Reader) -> JobStatus:
    return JobStatus(
        name=job.text("name"),
        every_s=job.number("every_s"),
        last_run_ms=job.moment("last_run_ms"),
        next_run_ms=job.moment("next_run_ms"),
        last_result=job.text("last_result"),
    )


def read_verify(report: Reader) -> VerifyReport:
    return VerifyReport(
        feeds=report.number("feeds"),
        entries=report.number("entries"),
        bytes=report.number("bytes"),
        damaged=report.texts("damaged"),
        refetching=report.number("refetching"),
    )


def read_import(report: Reader) -> ImportReport:
    return ImportReport(
        read=report.number("read"),
        imported=report.number("imported"),
        already_there=report.number("already_there"),
        skipped=report.texts("skipped"),
    )
