"""The sealed chunks of a feed as torrents, for people with ordinary BitTorrent clients.

A client that subscribes to the RSS has no session; the ``key`` in its address opens the
torrents of that one feed and nothing else.
"""

from typing import Final

from flask import Response, current_app, render_template, request, url_for
from swarmfeed.core.asks.feeds import (
    GetListTorrent,
    GetTorrent,
    ListTorrents,
    OneFeed,
    TorrentFile,
)
from swarmfeed.core.base.limits import CHUNK_LEVEL_MAX, FEED_ENTRIES_MAX
from swarmfeed.core.base.texts import Text
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.errors import UserError

from webui.current import ask, has_key_for, key_for, running
from webui.routes import Page, get


def show_torrents(feed_id: FeedId) -> str:
    feeds = ask(OneFeed(feed=feed_id)).feeds
    return render_template(
        "torrents.html",
        feed_id=feed_id,
        feed=feeds[0] if feeds else None,
        sealed=ask(ListTorrents(feed=feed_id)),
        rss_url=_url("torrents_rss", feed_id),
    )


def show_rss(feed_id: FeedId) -> Response:
    sealed = ask(ListTorrents(feed=feed_id))
    # The link says where we are, and the file does not: clients take the former.
    items = [
        (each.name, _url("torrent_file", feed_id, each.span), each.magnet, each.bytes)
        for each in sealed.torrents
    ]
    if (chunk_list := sealed.chunk_list) is not None:
        url = _url("list_torrent", feed_id)
        items.insert(0, (chunk_list.name, url, chunk_list.magnet, chunk_list.bytes))
    page_url = running().settings.url + url_for("torrents", feed_id=feed_id)
    text = render_template("torrents.rss.xml", feed_id=feed_id, items=items, page_url=page_url)
    return Response(text, content_type="application/rss+xml; charset=utf-8")


def send_torrent(feed_id: FeedId, level: int, position: int) -> Response:
    if level > CHUNK_LEVEL_MAX or position > FEED_ENTRIES_MAX:
        raise UserError(Text("A feed has no such chunk.")())
    found = ask(GetTorrent(feed=feed_id, level=level, position=position))
    return _file(found)


def send_list_torrent(feed_id: FeedId) -> Response:
    return _file(ask(GetListTorrent(feed=feed_id)))


def _file(found: TorrentFile) -> Response:
    # Names are made of an address and numbers: nothing to escape.
    return Response(
        found.torrent,
        content_type="application/x-bittorrent",
        headers={"Content-Disposition": f'attachment; filename="{found.name}"'},
    )


def has_reader_key() -> bool:
    """Whether the request carries the key of the feed it asks for."""
    return has_key_for(_named(FeedId((request.view_args or {})["feed_id"])))


def _named(feed_id: FeedId) -> bytes:
    return b"torrents" + feed_id


def _url(endpoint: str, feed_id: FeedId, span: ChunkSpan | None = None) -> str:
    values = {"level": span.level, "position": span.position} if span else {}
    key = key_for(_named(feed_id))
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None, "there is one wherever there is a request"
    path = adapter.build(endpoint, {"feed_id": feed_id, "key": key, **values})
    return running().settings.url + path


_FEED: Final = "/feeds/<address:feed_id>"

PAGE: Final = Page(
    routes=(
        get(f"{_FEED}/torrents", "torrents", show_torrents),
        get(f"{_FEED}/torrents.rss", "torrents_rss", show_rss, opened_by=has_reader_key),
        get(
            f"{_FEED}/torrents/list.torrent",
            "list_torrent",
            send_list_torrent,
            opened_by=has_reader_key,
        ),
        get(
            f"{_FEED}/torrents/<int:level>-<int:position>.torrent",
            "torrent_file",
            send_torrent,
            opened_by=has_reader_key,
        ),
    )
)
