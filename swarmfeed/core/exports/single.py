"""One post as one HTML file that proves itself: all of it follows from the proof in it.

Source: FORMAT 26.
"""

from base64 import b64encode
from html import escape
from typing import Final

from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.exports.stamps import iso
from swarmfeed.core.feed.proven import ProvenPost, check_post

_PROOF: Final = codec_of(ProvenPost)

_HEAD: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; style-src 'unsafe-inline'">
<title>A post with its proof</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;\
max-width:40rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}\
.e-content{white-space:pre-wrap;border-left:3px solid #8888;padding-left:1rem}\
code{white-space:nowrap}</style>
</head>
<body>
<article class="h-entry">
"""
_END: Final = """<p>Whether the author signed this text is found out by \
<code>verify_feed.py --post FILE</code> of swarmfeed.</p>
</body>
</html>
"""


def page_of(proven: ProvenPost) -> str:
    """Return the file.

    Raises:
        RemoteError: As ``check_post``: it is no post that everybody can read, or not proven.
    """
    written = check_post(proven, now_ms=TIME_MS_MAX).written
    post = written.post
    author, when = f"swarmfeed:{format_author(written.author_id)}", iso(written.time_ms)
    text = f'<div class="e-content" dir="auto">{escape(post.text)}</div>\n'
    if post.cw:
        text = f"<details>\n<summary>{escape(post.cw)}</summary>\n{text}</details>\n"
    notes = (
        (bool(post.media), f"With pictures or files, not in this file: {len(post.media)}"),
        (proven.edit is not None, "The author changed the text later; this is the new one."),
        (post.reply is not None, "It answers another post."),
    )
    proof = b64encode(encode(_PROOF.write(proven))).decode("ascii")
    return (
        f'{_HEAD}<p class="p-author h-card"><a class="u-url" href="{author}">{author}</a></p>\n'
        f'<p><time class="dt-published" datetime="{when}">{when}</time></p>\n{text}'
        + "".join(f"<p>{words}</p>\n" for is_so, words in notes if is_so)
        + f'</article>\n<data class="proof" value="{proof}"></data>\n{_END}'
    )
