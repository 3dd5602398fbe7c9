"""The sealed chunks of a feed as torrents, for people with ordinary BitTorrent clients.

A client that subscribes to the RSS has no session; the ``key`` in its address opens the
torrents of that one feed and nothing else.
"""

import hmac
import secrets
from hashlib import sha256

from flask import Response, current_app, render_template, request, url_for
from swarmfeed.core.base.limits import CHUNK_LEVEL_MAX, FEED_ENTRIES_MAX
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.errors import UserError

from webui.current import node, running

KEYED = frozenset({"torrents_rss", "torrent_file"})
"""Endpoints a feed's reader key opens."""


def show_torrents(feed_id: FeedId) -> str:
    feeds = [feed for feed in node().status().feeds if feed.feed_id == feed_id]
    return render_template(
        "torrents.html",
        feed_id=feed_id,
        feed=feeds[0] if feeds else None,
        torrents=node().torrents(feed_id),
        rss_url=_url("torrents_rss", feed_id),
    )


def show_rss(feed_id: FeedId) -> Response:
    items = [
        (name, _url("torrent_file", feed_id, span), size_b)
        for span, name, _, size_b in node().torrents(feed_id)
    ]
    page_url = running().settings.url + url_for("torrents", feed_id=feed_id)
    text = render_template("torrents.rss.xml", feed_id=feed_id, items=items, page_url=page_url)
    return Response(text, content_type="application/rss+xml; charset=utf-8")


def send_torrent(feed_id: FeedId, level: int, position: int) -> Response:
    if level > CHUNK_LEVEL_MAX or position > FEED_ENTRIES_MAX:
        raise UserError("A feed has no such chunk.")
    name, torrent = node().torrent_file(feed_id, ChunkSpan(level, position))
    # Chunk names are made of an address and numbers: nothing to escape.
    return Response(
        torrent,
        content_type="application/x-bittorrent",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def has_reader_key() -> bool:
    """Whether the request carries the key of the feed it asks for."""
    if request.endpoint not in KEYED or not running().settings.reader_key:
        return False
    feed_id = FeedId((request.view_args or {})["feed_id"])
    given = request.args.get("key", "").encode(errors="surrogatepass")
    return secrets.compare_digest(reader_key(feed_id).encode(), given)


def reader_key(feed_id: FeedId) -> str:
    """Return the key that opens one feed's torrents."""
    secret = running().settings.reader_key.encode()
    return hmac.new(secret, b"torrents" + feed_id, sha256).hexdigest()


def _url(endpoint: str, feed_id: FeedId, span: ChunkSpan | None = None) -> str:
    values = {"level": span.level, "position": span.position} if span else {}
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None, "there is one wherever there is a request"
    path = adapter.build(endpoint, {"feed_id": feed_id, "key": reader_key(feed_id), **values})
    return running().settings.url + path
