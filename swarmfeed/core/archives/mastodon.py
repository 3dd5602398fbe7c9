"""Archives of Mastodon and its like: an outbox of activities (ActivityStreams 2.0).

Only what names the collection of everybody (``as:Public``) was public; the rest was for
followers, or for those it names, and stays where it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.format import Format, called
from swarmfeed.core.archives.found import FoundMedium, FoundPost, LeftOut, Read
from swarmfeed.core.archives.html_text import text_of
from swarmfeed.core.archives.json_items import items, whole
from swarmfeed.core.archives.records import list_at, text_at, value_at, visible
from swarmfeed.core.archives.times import parse_iso

EVERYBODY: Final = frozenset(
    ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
)
"""All spellings of it (ActivityPub, 5.6)."""

_POSTS: Final = frozenset(("Note", "Article", "Question", "Page"))


class ArchiveOfMastodon(Format):
    """Reads one archive; ``learn`` comes before ``read``."""

    what = sentences.OF_MASTODON
    is_one_file = True

    def __init__(self, names: Sequence[str]) -> None:
        self._outboxes = called(names, "outbox.json")
        self._actors = called(names, "actor.json")[:1]
        self._folder = self._outboxes[0].rpartition("/")[0] if self._outboxes else ""
        self._owner = ""

    def first_members(self) -> Sequence[str]:
        """What is to be learnt before posts are read: whose archive it is."""
        return self._actors

    def members(self) -> Sequence[str]:
        """What holds posts."""
        return self._outboxes

    def first_records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take the actor's file apart: it is one object.  ValueError: it is none."""
        yield whole(chunks)

    def records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take an outbox apart.  ValueError: it is none."""
        return items(chunks, "orderedItems")

    def learn(self, record: object) -> None:
        """Take the actor: whose archive it is."""
        self._owner = text_at(record, "id")

    def read(self, record: object) -> Iterator[Read]:
        """Read one activity."""
        post = value_at(record, "object")
        if text_at(record, "type") == "Announce":
            yield LeftOut(sentences.REPOST, post if isinstance(post, str) else "")
        elif not isinstance(post, dict) or text_at(post, "type") not in _POSTS:
            yield LeftOut(sentences.NO_POST, text_at(record, "type"))
        elif not _is_public(record, post):
            yield LeftOut(sentences.NOT_PUBLIC)
        elif self._owner and text_at(post, "attributedTo") not in ("", self._owner):
            yield LeftOut(sentences.OF_SOMEBODY_ELSE, text_at(post, "attributedTo"))
        else:
            yield self._read(post)

    # --- inside ---

    def _read(self, post: object) -> Read:
        text = visible(_text(post))
        try:
            time_ms = parse_iso(text_at(post, "published"))
        except ValueError:
            return LeftOut(sentences.NO_TIME, text)
        media = tuple(_media(post, self._folder))
        is_covered = value_at(post, "sensitive") is True and bool(media)
        cw = visible(text_of(text_at(post, "summary")))
        return FoundPost(
            time_ms=time_ms,
            text=text,
            src=text_at(post, "id") or text_at(post, "url"),
            cw=cw or (str(sentences.SENSITIVE()) if is_covered else ""),
            answers=text_at(post, "inReplyTo"),
            media=media,
        )


def is_outbox(head: bytes) -> bool:
    """Whether a file begins as an outbox does."""
    begins = head.lstrip()
    return begins.startswith(b"{") and (
        b'"orderedItems"' in head or b'"OrderedCollection"' in head
    )


def _is_public(activity: object, post: object) -> bool:
    """Whether everybody could read it: where both say for whom, both have to say so."""
    told = [_readers(each) for each in (activity, post) if _says_for_whom(each)]
    return bool(told) and all(readers & EVERYBODY for readers in told)


def _says_for_whom(record: object) -> bool:
    return value_at(record, "to") is not None or value_at(record, "cc") is not None


def _readers(record: object) -> set[str]:
    found: list[object] = []
    for key in ("to", "cc"):
        value = value_at(record, key)
        found += value if isinstance(value, list) else [value]
    return {each for each in found if isinstance(each, str)}


def _text(post: object) -> str:
    names = {
        text_at(tag, "href"): text_at(tag, "name")
        for tag in list_at(post, "tag")
        if text_at(tag, "type") == "Mention"
    }
    parts = [
        text_at(post, "name"),
        text_of(text_at(post, "content"), lambda to: names.get(to, "")),
    ]
    choices = list_at(post, "oneOf") or list_at(post, "anyOf")
    parts.append("\n".join(f"- {text_at(each, 'name')}" for each in choices))
    return "\n\n".join(part for part in parts if part)


def _media(post: object, folder: str) -> Iterator[FoundMedium]:
    """Pictures and files: their addresses may begin with the host, or with a bucket's name."""
    for each in list_at(post, "attachment"):
        path = text_at(each, "url").partition("?")[0].lstrip("/")
        if not path:
            continue
        start = path.find("media_attachments/")
        paths = [path, *([path[start:]] if start > 0 else []), path.partition("/")[2]]
        members = tuple(f"{folder}/{name}" if folder else name for name in paths if name)
        yield FoundMedium(members, visible(text_at(each, "name") or text_at(each, "summary")))
