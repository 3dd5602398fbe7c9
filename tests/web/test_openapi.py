"""The document that describes the API: valid, whole, and true of every answer."""

from hashlib import sha256
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from openapi_spec_validator import OpenAPIV31SpecValidator
from street.fakes.desk import FakeDesk
from street.fakes.letters import came
from street.fakes.samples import key
from swarmfeed.core.asks.alarms import AlarmView
from swarmfeed.core.asks.filters import WordFilter
from swarmfeed.core.asks.media import MediumView
from swarmfeed.core.asks.posts import PostView, ShowPost, ref_text
from swarmfeed.core.asks.reactions import OwnReaction
from swarmfeed.core.asks.withdrawing import Removal
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from webui.openapi import describe_api

from tests.web.conftest import OWN, URL, Site

DOCUMENT: dict[str, Any] = describe_api(FakeDesk().asks(), URL, "/api/1/")
MIRA = AuthorId(key("Mira Lindqvist"))


def given() -> dict[str, str]:
    """A value for each parameter that is required, whatever asks for it."""
    desk = FakeDesk()
    post = desk.posts[0]
    return {
        "author": format_author(MIRA),
        "authors": format_author(MIRA),
        "called": "mira%20lindqvist",
        "feed": format_address(desk.feed_of(MIRA)),
        "who": format_author(MIRA),
        "talk": format_author(MIRA),
        "ref": ref_text(post.ref),
        "refs": ref_text(post.ref),
        "after": str(post.cursor),
        "q": "archive",
        "upload": "ab" * 16,
        "key": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
        "id": "ab" * 32,
        "level": "0",
        "position": "0",
    }


ALARM = AlarmView(
    id="ab" * 32, what="joined", sentence="Somebody.", advice="Do something.", seen_ms=1
)


def own_post(desk: FakeDesk) -> PostView:
    return next(post for post in desk.posts if post.author_id == desk.me)


PICTURE = MediumView(id=Hash(key("a picture")), type="image/png", size_bytes=9)
GONE = EntryRef(FeedId(key("somebody")), Hash(key("a post")), 3)

BODIES: dict[str, object] = {
    "profile": {"called": "Ada L."},
    "stop-here": {"place": "5-6"},
    "follow-web-feed": {"url": "https://example.org/feed"},
    "unfollow-web-feed": {"url": "https://example.org/feed"},
    "take-opml": {"opml": "<opml><body/></opml>"},
    "export": {"path": "/home/ada/mine.zip"},
    "write-site": {"path": "/home/ada/site", "url": "https://ada.example/", "keep": True},
    "end-site": {"path": "/home/ada/site"},
    "look-at-archive": {"path": "/home/ada/archive.zip"},
    "bring-archive-in": {"anyway": True},
    "ask-around": {"who": format_author(MIRA)},
    "pin": {"ref": ref_text(own_post(FakeDesk()).ref)},
    **{
        each: {"ref": FakeDesk().posts[0].id}
        for each in ("like", "unlike", "boost", "unboost", "bookmark", "unbookmark")
    },
    "block": {"who": format_author(MIRA)},
    "unblock": {"who": format_author(MIRA)},
    "block-all": {"who": [format_author(MIRA), "nobody"]},
    "set-filter": {"words": "cat", "hides": False, "days": 7},
    "remove-filter": {"words": "cat"},
    "create-list": {"called": "Choir"},
    "rename-list": {"called": "Choir", "to": "Chor"},
    "remove-list": {"called": "Choir"},
    "add-to-list": {"called": "Choir", "who": format_author(MIRA)},
    "fetch-letter-picture": {
        "talk": format_author(MIRA),
        "letter": sha256(b"letter 0").hexdigest()[:32],
    },
    "take-back": {"ref": f"{format_address(GONE.feed_id)}/{GONE.index}"},
    "take-from-list": {"called": "Choir", "who": format_author(MIRA)},
    "post": {"text": "hello"},
    "upload": {"data": "YWI="},
    "read-code": {"upload": "ab" * 16},
    "fetch-medium": {"ref": ref_text(own_post(FakeDesk()).ref)},
    "edit": {"ref": ref_text(own_post(FakeDesk()).ref), "text": "hello again"},
    "withdraw": {"ref": ref_text(own_post(FakeDesk()).ref)},
    "that-was-me": {"alarm": ALARM.id},
    "follow": {"who": format_author(MIRA)},
    "follow-all": {"who": [format_author(MIRA), "nobody"]},
    "look-at": {"who": format_author(MIRA)},
    "unfollow": {"who": format_author(MIRA)},
    "mute": {"who": format_author(MIRA)},
    "unmute": {"who": format_author(MIRA)},
    "set-note": {"who": format_author(MIRA), "text": "from the choir"},
    "mute-thread": {"ref": ref_text(own_post(FakeDesk()).ref)},
    "unmute-thread": {"ref": ref_text(own_post(FakeDesk()).ref)},
    "subscribe": {"what": "#moss"},
    "unsubscribe": {"what": "#moss"},
    "create-circle": {"circle": "Friends"},
    "ask-to-read": {"who": format_author(MIRA)},
    "let-in": {"who": format_author(MIRA), "circle": "Neighbours"},
    "decline-reader": {"who": format_author(MIRA)},
    "remove-reader": {"who": format_author(MIRA), "circle": "Family"},
    "share-post": {"ref": ref_text(own_post(FakeDesk()).ref), "who": format_author(MIRA)},
    "keep-found": {"ref": ref_text(own_post(FakeDesk()).ref)},
    "mark-read": {"refs": ref_text(own_post(FakeDesk()).ref)},
    "keep-draft": {"text": "begun"},
    "message": {"talk": format_author(MIRA), "text": "hello"},
    "answer-request": {"talk": format_author(MIRA), "answer": "block"},
    "note-read": {"talk": format_author(MIRA)},
    "make-group": {"title": "us", "people": [format_author(MIRA)]},
    "change-group": {"talk": format_author(MIRA), "who": format_author(MIRA), "on": True},
    "note-sheets": {"statement": ""},
    "fetch": {"who": format_author(MIRA)},
    "import": {"posts": [[1_000, "old"]]},
    "propose-device": {"link": "swarmfeed-device:abc"},
    "confirm-device": {"code": "123 456", "same": True},
    "remove-device": {"device": "laptop", "after": 3},
    "name-device": {"device": "desk"},
    "delete-home": {"agreed": "delete"},
    "dismiss-suggestion": {"who": format_author(MIRA)},
    "choose-settings": {"settings": [{"flag": "--disk", "value": "5 GB"}]},
    "choose-history": {"scope": "open", "disk_bytes": 10**9, "free_bytes_min": 0},
    "unlock": {"passphrase": "horse"},
    "paper-words": {"second": False, "passphrase": "horse"},
    "check-paper": {"second": True, "numbers": [1], "typed": ["zoo"], "passphrase": "horse"},
    "take-certificates": {"certificates": ["YWI="]},
    "take-sheets": {"key": "YWI=", "value": "YWI=", "signature": "YWI=", "seq": 2},
}


def operations(method: str) -> dict[str, dict[str, Any]]:
    """Name -> operation."""
    found = DOCUMENT["paths"].items()
    return {
        path.removeprefix("/api/1/"): each[method] for path, each in found if method in each
    }


def check(schema: dict[str, Any], value: object) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(whole).validate(value)


def answer_schema(operation: dict[str, Any], status: int) -> dict[str, Any]:
    schema: dict[str, Any] = operation["responses"][str(status)]["content"]["application/json"]
    return schema["schema"]  # type: ignore[no-any-return]  # it is JSON


@pytest.mark.slow
def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


@pytest.mark.slow
def test_it_is_served_behind_the_key(site: Site) -> None:
    served = site.ask("openapi.json").json
    assert served is not None
    assert served["paths"].keys() == DOCUMENT["paths"].keys() | {"/api/1/login-link"}
    OpenAPIV31SpecValidator(served).validate()
    stranger = site.browser().get("/api/1/openapi.json", base_url=URL, headers=OWN)
    assert stranger.status_code == 401


def test_everything_that_is_asked_is_in_it_under_its_method() -> None:
    asks = FakeDesk().asks()
    changing = {name for name, kind in asks.items() if kind.changes}
    assert operations("post").keys() == changing
    assert operations("get").keys() == asks.keys() - changing


@pytest.mark.parametrize("name", operations("get"))
def test_every_answer_is_as_its_schema_says(site: Site, name: str) -> None:
    operation, values = operations("get")[name], given()
    shown = site.desk.ask(ShowPost(ref=str(values["ref"]))).post
    site.desk.removals[str(values["ref"])] = Removal(
        ref=shown.ref, removed_at=1, holders=2, waits=False
    )
    site.desk.files.handed[str(values["upload"])] = b"\xff\xd8\xff"
    needed = [each["name"] for each in operation["parameters"] if each["required"]]
    query = "&".join(f"{each}={values[each]}" for each in needed)
    answer = site.ask(f"{name}?{query}")
    assert answer.status_code == 200
    check(answer_schema(operation, 200), answer.json)


@pytest.mark.parametrize("name", operations("post"))
def test_every_change_is_answered_as_its_schema_says(site: Site, name: str) -> None:
    operation, body = operations("post")[name], BODIES.get(name, {})
    if name in BODIES:
        check(operation["requestBody"]["content"]["application/json"]["schema"], body)
    else:
        assert "requestBody" not in operation
    site.desk.pinned[site.desk.me] = own_post(site.desk)
    site.desk.alarms = (ALARM,)
    came(site.desk, MIRA, "see", media=(PICTURE,))
    site.desk.left = (OwnReaction(ref=GONE, liked=True, boosted=True, time_ms=1),)
    site.desk.subscriptions = ["#moss"]
    site.desk.filters = {"cat": WordFilter(words="cat", hides=True, until_ms=None)}
    site.desk.circles.people = {"Family": [MIRA], "Neighbours": []}
    site.desk.circles.waiting = [MIRA]
    site.desk.network = replace(site.desk.network, posts=(own_post(site.desk),))
    answer = site.ask(name, body)
    assert answer.status_code in (200, 201)
    check(answer_schema(operation, answer.status_code), answer.json)


def test_a_server_of_history_is_described_too(site: Site) -> None:
    site.ask("choose-history", BODIES["choose-history"])
    for name in ("history", "status"):
        check(answer_schema(operations("get")[name], 200), site.ask(name).json)


def test_a_refusal_is_as_its_schema_says(site: Site) -> None:
    answer = site.ask("timeline?limit=0")
    refused = DOCUMENT["components"]["responses"][str(answer.status_code)]
    check(refused["content"]["application/json"]["schema"], answer.json)


def test_a_schema_refuses_what_is_not_an_answer(site: Site) -> None:
    answer = site.ask("whoami").json
    assert answer is not None
    validator = Draft202012Validator(
        {
            **answer_schema(operations("get")["whoami"], 200),
            "components": DOCUMENT["components"],
        }
    )
    assert not validator.is_valid({**answer, "author": "x"})
    assert not validator.is_valid({})


def test_docstrings_are_the_descriptions() -> None:
    timeline = operations("get")["timeline"]
    assert timeline["summary"].startswith("The home timeline")
    limit = next(each for each in timeline["parameters"] if each["name"] == "limit")
    assert limit["description"] == "At most so many posts."
    assert (limit["schema"]["default"], limit["schema"]["maximum"]) == (50, 1000)
    post = DOCUMENT["components"]["schemas"]["PostView"]
    assert post["properties"]["held_by"]["description"].startswith("Other nodes that confirmed")
    assert "cw" not in post["required"] and "hash" in post["required"]
