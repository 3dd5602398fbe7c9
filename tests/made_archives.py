"""Made-up archives of X and Mastodon, with all that is odd in real ones."""

import io
import json
import zipfile
from typing import Any

from PIL import Image

OWNER = "12345"


def picture(shade: int = 0) -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (8, 6), (shade, 90, 160)).save(raw, "PNG")
    return raw.getvalue()


def answers(number: str, whose: str = OWNER) -> dict[str, str]:
    return {"in_reply_to_status_id_str": number, "in_reply_to_user_id_str": whose}


def tweet(number: int, text: str, **more: Any) -> dict[str, Any]:
    return {
        "tweet": {
            "id_str": str(number),
            "id": str(number),
            "created_at": "Fri Jan 21 00:21:51 +0000 2022",
            "full_text": text,
            "lang": "en",
            "entities": {"urls": [], "user_mentions": []},
            **more,
        }
    }


def link(short: str, long: str) -> dict[str, object]:
    return {
        "url": short,
        "expanded_url": long,
        "display_url": long[:20],
        "indices": ["0", "23"],
    }


def photo(short: str, name: str) -> dict[str, object]:
    return {
        "url": short,
        "media_url_https": f"https://pbs.twimg.com/media/{name}",
        "type": "photo",
    }


def film(short: str, *names: str) -> dict[str, object]:
    variants = [{"url": f"https://video.twimg.com/v/{name}?tag=12"} for name in names]
    return {
        "url": short,
        "media_url_https": "https://pbs.twimg.com/thumb.jpg",
        "type": "video",
        "video_info": {"variants": variants},
    }


TWEETS: list[dict[str, Any]] = [
    tweet(30, "the second answer", **answers("20")),
    tweet(
        10,
        "Fish &amp;amp; chips &lt;3 https://t.co/aaaaaaaaaa",
        entities={"urls": [link("https://t.co/aaaaaaaaaa", "https://example.org/a?b=1&amp;c")]},
    ),
    tweet(
        20,
        "two pictures, one link https://t.co/bbbbbbbbbb",
        in_reply_to_status_id_str="10",
        in_reply_to_user_id_str=OWNER,
        possibly_sensitive=True,
        entities={"media": [photo("https://t.co/bbbbbbbbbb", "one.png")]},
        extended_entities={
            "media": [
                photo("https://t.co/bbbbbbbbbb", "one.png"),
                photo("https://t.co/bbbbbbbbbb", "two.png"),
                photo("https://t.co/bbbbbbbbbb", "gone.png"),
            ]
        },
    ),
    tweet(
        40,
        "https://t.co/cccccccccc",
        lang="zxx",
        extended_entities={"media": [film("https://t.co/cccccccccc", "low.mp4", "high.mp4")]},
    ),
    tweet(50, "RT @somebody: what they said, cut by a sign\u2026"),
    tweet(60, "@other in their thread", **answers("7", "9")),
    tweet(71, "Helo", edit_info={"initial": {"editTweetIds": ["71", "72"]}}),
    tweet(72, "Hello", edit_info={"initial": {"editTweetIds": ["71", "72"]}}),
    tweet(
        80,
        "A long text that goes on and on\u2026 https://t.co/dddddddddd",
        created_at="Sat Jan 22 10:00:00 +0000 2022",
    ),
    tweet(90, "https://t.co/eeeeeeeeee",
          extended_entities={"media": [photo("https://t.co/eeeeeeeeee", "lost.png")]}),
    tweet(95, "no time", created_at="yesterday"),
    {"tweet": {"full_text": "no id"}},
    {"tweet": 5},
]  # fmt: skip

NOTES = [
    {
        "noteTweet": {
            "noteTweetId": "1",
            "createdAt": "2022-01-22T10:00:00.000Z",
            "core": {
                "text": "A long text that goes on and on, to its end https://t.co/ffffffffff",
                "urls": [
                    {
                        "shortUrl": "https://t.co/ffffffffff",
                        "expandedUrl": "https://end.example/",
                    }
                ],
            },
        }
    }
]


def javascript(name: str, content: object) -> bytes:
    return f"window.YTD.{name}.part0 = {json.dumps(content, indent=2)}".encode()


def zipped(members: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return raw.getvalue()


def archive_of_x(tweets: list[dict[str, Any]] | None = None) -> bytes:
    return zipped(
        {
            "Your archive.html": b"<html>",
            "data/account.js": javascript(
                "account", [{"account": {"accountId": OWNER, "email": "a@example.org"}}]
            ),
            "data/tweets.js": javascript("tweets", TWEETS if tweets is None else tweets),
            "data/deleted-tweets.js": javascript("deleted_tweets", [tweet(5, "deleted")]),
            "data/twitter-circle-tweet.js": javascript(
                "twitter_circle_tweet", [tweet(6, "few")]
            ),
            "data/direct-messages.js": javascript("direct_messages", [{"secret": "to you"}]),
            "data/note-tweet.js": javascript("note_tweet", NOTES),
            "data/tweets_media/20-one.png": picture(1),
            "data/tweets_media/20-two.png": picture(2),
            "data/tweets_media/40-high.mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(64),
        }
    )


PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTOR = "https://mastodon.example/users/anna"


def note(number: int, content: str, **more: Any) -> dict[str, Any]:
    to = more.pop("to", [PUBLIC])
    cc = more.pop("cc", [f"{ACTOR}/followers"])
    return {
        "type": "Create",
        "actor": ACTOR,
        "to": to,
        "cc": cc,
        "object": {
            "id": f"{ACTOR}/statuses/{number}",
            "type": "Note",
            "attributedTo": ACTOR,
            "url": f"https://mastodon.example/@anna/{number}",
            "published": f"2023-05-0{number}T10:00:00Z",
            "content": content,
            "to": to,
            "cc": cc,
            **more,
        },
    }


MENTION = (
    '<p><span class="h-card"><a href="https://far.example/@bob" class="u-url mention">'
    "@<span>bob</span></a></span> look: "
    '<a href="https://example.org/a/long/way" rel="nofollow"><span class="invisible">https://'
    '</span><span class="ellipsis">example.org/a/lo</span><span class="invisible">ng/way</span>'
    "</a></p><p>Fish &amp;amp; chips<br>&lt;3</p>"
)
OUTBOX = [
    note(1, MENTION, tag=[{"type": "Mention", "href": "https://far.example/@bob",
                           "name": "@bob@far.example"}]),
    note(2, "<p>an answer to myself</p>", inReplyTo=f"{ACTOR}/statuses/1",
         updated="2023-06-01T00:00:00Z", contentMap={"xx": "wrong"}),
    note(3, "<p>for followers</p>", to=[f"{ACTOR}/followers"], cc=[]),
    note(4, "<p>to one</p>", to=["https://far.example/users/bob"], cc=[]),
    note(5, "<p>unlisted</p>", to=[f"{ACTOR}/followers"], cc=["as:Public"]),
    note(6, "<p>covered</p>", summary="Spoiler &amp; more", sensitive=True, attachment=[
        {"type": "Document", "mediaType": "image/png", "name": "A blue field",
         "url": "/bucket/media_attachments/files/1/original/a.png"},
        {"type": "Document", "mediaType": "image/png", "name": None, "url": "/lost.png"}]),
    note(7, "<p>Which?</p>", type="Question", oneOf=[{"name": "this"}, {"name": "that"}]),
    {"type": "Announce", "object": "https://far.example/1", "to": [PUBLIC]},
    {"type": "Like", "object": "https://far.example/1"},
    {**note(8, "<p>only the wrapper is public</p>"),
     "object": {**note(8, "<p>hidden</p>", to=[f"{ACTOR}/followers"], cc=[])["object"]}},
    note(9, "<p>somebody else</p>", attributedTo="https://far.example/users/bob"),
]  # fmt: skip


def archive_of_mastodon() -> bytes:
    outbox = {"@context": PUBLIC, "id": "outbox.json", "type": "OrderedCollection",
              "totalItems": 4_711, "orderedItems": OUTBOX}  # fmt: skip
    return zipped(
        {
            "actor.json": json.dumps({"id": ACTOR, "type": "Person"}).encode(),
            "outbox.json": json.dumps(outbox).encode(),
            "likes.json": b"{}",
            "media_attachments/files/1/original/a.png": picture(),
        }
    )
