"""``index.html``: all posts on one page that needs nothing else, marked up as an h-feed."""

from html import escape
from typing import Final

from swarmfeed.core.exports.stamps import iso
from swarmfeed.core.exports.syndication import FeedOf, FeedPost, html_of

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}"
    "article{border-top:1px solid #8888;padding:1rem 0}"
    "img{max-width:100%;height:auto}p{overflow-wrap:anywhere}time{opacity:.7}"
)

NAMES_LEFT_ALONE: Final = '<meta http-equiv="x-dns-prefetch-control" content="off">\n'
"""Names in links are looked up by a click alone, as on the node's own page."""


def page_head(feed: FeedOf) -> str:
    """Return how the page begins; articles come between head and end."""
    about = f'<p class="p-summary">{escape(feed.description)}</p>' if feed.description else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " img-src 'self' file:; media-src 'self' file:; style-src 'unsafe-inline'\">\n"
        f"{NAMES_LEFT_ALONE}<title>{escape(feed.title)}</title>\n"
        '<link rel="alternate" type="application/atom+xml" href="feed.atom">\n'
        '<link rel="alternate" type="application/feed+json" href="feed.json">\n'
        f"<style>{_STYLE}</style>\n</head>\n"
        f'<body class="h-feed">\n<h1 class="p-name">{escape(feed.title)}</h1>\n{about}'
        f'<p class="p-author h-card"><a class="u-url p-name" href="{escape(feed.author_url)}">'
        f"{escape(feed.author)}</a></p>\n"
    )


PAGE_END = "</body>\n</html>\n"


def article(post: FeedPost) -> str:
    """Return one post as an h-entry."""
    when = iso(post.time_ms)
    anchor = escape(post.id.rpartition("/")[2])
    named = f'<data class="u-uid" value="{escape(post.id)}"></data>'
    link = escape(post.url or f"#p{anchor}")
    lang = f' lang="{escape(post.lang)}"' if post.lang else ""
    return (
        f'<article class="h-entry" id="p{anchor}">{named}'
        f'<a class="u-url" href="{link}"><time class="dt-published" datetime="{when}">'
        f"{when[:16].replace('T', ' ')}</time></a>\n"
        f'<div class="e-content"{lang} dir="auto">{html_of(post)}</div></article>\n'
    )
