"""``posts.jsonl``: a line for each own post, which any program can read and we read again.

{"id", "time_ms", "text", "cw"?, "lang"?, "src"?, "edited_ms"?,
 "answers"? id, "quotes"? id, "media"? [{"file", "type", "alt"?}]}
"""

import json
from collections.abc import Callable

from swarmfeed.core.base.types import AuthorId, EntryRef
from swarmfeed.core.exports.writing import OwnPost, file_of

NAME = "posts.jsonl"

NameOf = Callable[[EntryRef], str]
"""What a post is called that is answered or quoted."""


def line_of(post: OwnPost, author_id: AuthorId, name_of: NameOf) -> str:
    """Return one line, with its end."""
    told = {
        "id": post.uri(author_id),
        "time_ms": post.time_ms,
        "text": post.text,
        "cw": post.cw,
        "lang": post.lang,
        "src": post.src,
        "edited_ms": post.edited_ms,
        "answers": name_of(post.reply) if post.reply else "",
        "quotes": name_of(post.quote) if post.quote else "",
        "media": [
            {
                "file": file_of(each),
                "type": each.type,
                **({"alt": each.alt} if each.alt else {}),
            }
            for each in post.media
        ],
    }
    always = ("id", "time_ms", "text")
    kept = {key: value for key, value in told.items() if value or key in always}
    return json.dumps(kept, ensure_ascii=False) + "\n"
