"""Archives of X, once Twitter: posts as they stood there, for everybody.

A file is JavaScript, ``window.YTD.tweets.part0 = [{"tweet": {...}}, ...]``, in no order.  Older
ones say ``Grailbird.data.tweets_2012_01 = [{...}, ...]``.

- Numbers are texts; ids beyond 2^53 are only in ``id_str``.
- ``full_text`` is escaped once, and holds ``t.co`` links that stand for others.
- An edited post is there in each of its versions.
- What is longer than 280 characters is cut, and whole in ``note-tweet.js`` only.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.format import Format, KeptTexts
from swarmfeed.core.archives.found import FoundMedium, FoundPost, LeftOut, Read
from swarmfeed.core.archives.json_items import items
from swarmfeed.core.archives.records import list_at, text_at, value_at, visible
from swarmfeed.core.archives.times import parse_time_of_x

_POSTS: Final = re.compile(
    r"(?:^|/)(?:tweets?(?:-part\d+)?\.js|data/js/tweets/\d{4}_\d\d\.js)$", re.ASCII
)
_LONG: Final = re.compile(r"(?:^|/)note-tweet(?:-part\d+)?\.js$", re.ASCII)
_ACCOUNT: Final = re.compile(r"(?:^|/)account\.js$")
_BEGINS: Final = re.compile(rb"\s*(?:window\.YTD\.tweets?\.part\d+|Grailbird\.data\.\w+)\s*=")
_LINK: Final = re.compile(r"https?://t\.co/\w+", re.ASCII)
_LINK_OR_ESCAPE: Final = re.compile(r"https?://t\.co/\w+|&(?:amp|lt|gt);", re.ASCII)
_ESCAPED: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_REPOST: Final = re.compile(r"RT @\w{1,15}:? ", re.ASCII)
_LANGUAGES: Final = {"in": "id", "iw": "he", "ji": "yi"}
"""Codes that were withdrawn from ISO 639-1."""
_NO_LANGUAGE: Final = re.compile(r"und|zxx|art|q..|", re.ASCII)

EPOCH_MS: Final = 1_288_834_974_657
"""Since when ids count milliseconds, in all but their lowest 22 bits."""


class ArchiveOfX(Format):
    """Reads one archive; ``learn`` comes before ``read``."""

    what = sentences.OF_X

    def __init__(self, names: Sequence[str]) -> None:
        self._posts = [name for name in names if _POSTS.search(name)]
        self._first = [name for name in names if _LONG.search(name) or _ACCOUNT.search(name)]
        self._owner = ""
        self._long: dict[int, list[str]] = {}
        self._versions: dict[str, str] = {}
        self._kept = KeptTexts()
        self._media = _media_folder(self._posts)

    def first_members(self) -> Sequence[str]:
        """What is to be learnt before posts are read."""
        return self._first

    def members(self) -> Sequence[str]:
        """What holds posts."""
        return self._posts

    def records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take a file apart.  ValueError: it is none of X."""
        return items(chunks)

    def learn(self, record: object) -> None:
        """Take what posts need: whose archive it is, and long texts."""
        if owner := text_at(record, "account", "accountId"):
            self._owner = owner
        core = value_at(record, "noteTweet", "core")
        text = text_at(core, "text")
        try:
            time_ms = parse_time_of_x(text_at(record, "noteTweet", "createdAt"))
        except ValueError:
            return
        links = {
            text_at(each, "shortUrl") or text_at(each, "url"): text_at(each, "expandedUrl")
            for each in list_at(core, "urls")
        }
        # Not escaped, other than the short form of it.
        whole = _LINK.sub(lambda match: links.get(match[0]) or match[0], text)
        self._kept.take(whole)
        self._long.setdefault(time_ms // 1_000, []).append(whole)

    def read(self, record: object) -> Iterator[Read]:
        """Read one post."""
        post = value_at(record, "tweet") or record
        text = text_at(post, "full_text") or text_at(post, "text")
        number = text_at(post, "id_str") or text_at(post, "id")
        if not _is_number(number):
            yield LeftOut(sentences.NO_POST, text)
        elif _REPOST.match(text) or value_at(post, "retweeted_status"):
            yield LeftOut(sentences.REPOST, text)
        elif self._owner and (writer := text_at(post, "user", "id_str")) not in (
            "",
            self._owner,
        ):
            yield LeftOut(sentences.OF_SOMEBODY_ELSE, f"{writer}: {text}")
        else:
            yield self._read(post, text, number)

    def name_of(self, src: str) -> str:
        """Return under which name a post is kept that was edited: that of its first version."""
        return self._versions.get(src, src)

    # --- inside ---

    def _read(self, post: object, text: str, number: str) -> Read:
        try:
            time_ms = _time_ms(post, int(number))
        except ValueError:
            return LeftOut(sentences.NO_TIME, text)
        media = tuple(_media(post, self._media, number))
        return FoundPost(
            time_ms=time_ms,
            text=visible(self._text(post, text, time_ms)),
            src=self._source(post, number),
            cw=str(sentences.SENSITIVE()) if media and _is_sensitive(post) else "",
            lang=_language(text_at(post, "lang")),
            answers=self._answers(post),
            media=media,
            order=int(number),
        )

    def _source(self, post: object, number: str) -> str:
        versions = list_at(post, "edit_info", "initial", "editTweetIds") or list_at(
            post, "edit_info", "edit", "editControlInitial", "editTweetIds"
        )
        numbers = [each for each in versions if isinstance(each, str) and _is_number(each)]
        first = min(numbers, key=int, default=number)
        if first != number:
            self._kept.take(number, first)
            self._versions[_address(number)] = _address(first)
        return _address(first)

    def _answers(self, post: object) -> str:
        """The own post that is answered; others' are not in the archive."""
        answered = text_at(post, "in_reply_to_status_id_str")
        whose = text_at(post, "in_reply_to_user_id_str")
        is_own = bool(answered) and (not self._owner or whose == self._owner)
        return _address(answered) if is_own else ""

    def _text(self, post: object, text: str, time_ms: int) -> str:
        links = {
            text_at(each, "url"): text_at(each, "expanded_url")
            for each in list_at(post, "entities", "urls")
        }
        of_media = dict.fromkeys((text_at(each, "url") for each in _of_media(post)), "")
        shown = {**links, **of_media}

        def put(match: re.Match[str]) -> str:
            found = match[0]
            return _ESCAPED[found] if found in _ESCAPED else shown.get(found, found)

        whole = _LINK_OR_ESCAPE.sub(put, text).strip()
        return self._whole(whole, time_ms)

    def _whole(self, text: str, time_ms: int) -> str:
        """The long text that a cut one is the beginning of; else the text itself."""
        begins = _LINK.sub("", text).rstrip().removesuffix("…").rstrip()
        for whole in self._long.get(time_ms // 1_000, ()):
            if len(whole) > len(begins) and whole.startswith(begins[:100]):
                return whole
        return text


def is_file_of_x(head: bytes) -> bool:
    """Whether a file begins as one with posts of X does."""
    return _BEGINS.match(head) is not None


def _is_number(text: str) -> bool:
    """Whether it is an id of 64 bits in decimal."""
    return text.isascii() and text.isdigit() and len(text) < 20


def _address(number: str) -> str:
    return f"https://x.com/i/web/status/{number}"


def _time_ms(post: object, number: int) -> int:
    """When it was written: ids tell the millisecond, where they are of that second."""
    told_ms = parse_time_of_x(text_at(post, "created_at"))
    by_id_ms = (number >> 22) + EPOCH_MS
    return by_id_ms if by_id_ms // 1_000 == told_ms // 1_000 else told_ms


def _language(lang: str) -> str:
    return "" if _NO_LANGUAGE.fullmatch(lang) else _LANGUAGES.get(lang, lang)


def _is_sensitive(post: object) -> bool:
    return value_at(post, "possibly_sensitive") is True


def _of_media(post: object) -> list[object]:
    """All that it shows: ``entities`` has the first only."""
    return list_at(post, "extended_entities", "media") or list_at(post, "entities", "media")


def _media(post: object, folder: str, number: str) -> Iterator[FoundMedium]:
    for each in _of_media(post):
        addresses = [
            text_at(variant, "url") for variant in list_at(each, "video_info", "variants")
        ]
        addresses += [text_at(each, "media_url_https") or text_at(each, "media_url")]
        names = [address.partition("?")[0].rpartition("/")[2] for address in addresses]
        members = tuple(f"{folder}/{number}-{name}" for name in names if name)
        yield FoundMedium(members, text_at(each, "ext_alt_text"))


def _media_folder(posts: Sequence[str]) -> str:
    """Where pictures lie: beside the file with the posts, called as it is."""
    base = posts[0] if posts else ""
    folder, _, name = base.rpartition("/")
    called = "tweet_media" if name == "tweet.js" else "tweets_media"
    return f"{folder}/{called}" if folder else called
