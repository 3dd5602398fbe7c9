"""``actor.json`` and ``outbox.json``, as Mastodon's own archives have them (ActivityStreams).

Mastodon itself imports the lists of people only; other programs read these.
"""

import json
from collections.abc import Sequence

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.exports.ours import NameOf
from swarmfeed.core.exports.stamps import iso
from swarmfeed.core.exports.syndication import FeedPost, html_of, linked
from swarmfeed.core.exports.writing import OwnPost, file_of
from swarmfeed.core.feed.profile_field import ProfileField

CONTEXT = "https://www.w3.org/ns/activitystreams"
EVERYBODY = f"{CONTEXT}#Public"


def actor(uri: str, name: str, bio: str, fields: Sequence[ProfileField] = ()) -> str:
    """Return who wrote the outbox."""
    told = {
        "@context": CONTEXT,
        "id": uri,
        "type": "Person",
        "preferredUsername": name,
        "name": name,
        "summary": bio,
        "attachment": [
            {"type": "PropertyValue", "name": each.label, "value": linked(each.text)}
            for each in fields
        ],
        "outbox": "outbox.json",
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def outbox_head(total: int) -> str:
    """Return how an outbox begins; activities come between head and end, with commas."""
    told = {"@context": CONTEXT, "id": "outbox.json", "type": "OrderedCollection",
            "totalItems": total}  # fmt: skip
    return json.dumps(told)[:-1] + ', "orderedItems": [\n'


OUTBOX_END = "\n]}\n"


def activity(post: OwnPost, author_id: AuthorId, actor_uri: str, name_of: NameOf) -> str:
    """Return one activity of the outbox."""
    uri, published = post.uri(author_id), iso(post.time_ms)
    content = html_of(FeedPost(id=uri, time_ms=post.time_ms, text=post.text))
    note = {
        "id": uri,
        "type": "Note",
        "summary": post.cw or None,
        "sensitive": bool(post.cw),
        "inReplyTo": name_of(post.reply) if post.reply else None,
        "published": published,
        **({"updated": iso(post.edited_ms)} if post.edited_ms else {}),
        "attributedTo": actor_uri,
        "to": [EVERYBODY],
        "cc": [],
        "content": content,
        **({"contentMap": {post.lang: content}} if post.lang else {}),
        "attachment": [
            {"type": "Document", "mediaType": each.type, "url": f"/{file_of(each)}",
             "name": each.alt or None}
            for each in post.media
        ],
    }  # fmt: skip
    told = {"id": f"{uri}&activity", "type": "Create", "actor": actor_uri,
            "published": published, "to": [EVERYBODY], "cc": [], "object": note}  # fmt: skip
    return json.dumps(told, ensure_ascii=False)
