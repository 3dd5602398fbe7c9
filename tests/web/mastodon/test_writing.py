"""What apps write: posts and their edits, likes and boosts, lists and filters."""

from io import BytesIO
from typing import Any

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.circles import CircleName, CircleNames, WhichCircles
from swarmfeed.core.asks.media import Upload, Uploaded
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_author
from swarmfeed.core.feed.profile_field import ProfileField

from tests.web.mastodon.conftest import Api
from tests.web.mastodon.schema import check, check_wishes


def asks_of(api: Api, kind: type[Any]) -> list[Any]:
    """Note what the node is asked of one kind."""
    asked: list[Any] = []
    answer = api.desk.rows[kind]

    def note(desk: FakeDesk, ask: Any) -> Any:
        asked.append(ask)
        return answer(desk, ask)

    api.desk.rows[kind] = note
    return asked


def test_an_app_may_say_things_in_any_way(api: Api) -> None:
    asked = asks_of(api, WritePost)
    api.call("POST", "/api/v1/statuses", data={"status": "form", "sensitive": "true"})
    api.call("POST", "/api/v1/statuses", json={"status": "json", "poll": None})
    api.call("POST", "/api/v1/statuses?status=query")
    api.call(
        "POST",
        "/api/v1/statuses",
        data={"status": "parts"},
        content_type="multipart/form-data",
    )
    assert [each.text for each in asked] == ["form", "json", "query", "parts"]


PART = b'--b\r\nContent-Disposition: form-data; name="status"\r\n\r\n'
BROKEN = (
    {"query_string": "status=%ff"},
    {"query_string": "status=a%00b"},
    {"data": b"status=%ff", "content_type": "application/x-www-form-urlencoded"},
    {"data": b"status=a%00b", "content_type": "application/x-www-form-urlencoded"},
    {"data": b'{"status": "\\ud800"}', "content_type": "application/json"},
    {"data": b'{"\\ud800": "x", "status": "a"}', "content_type": "application/json"},
    {"data": b'{"status": "a\\u0000b"}', "content_type": "application/json"},
    {"data": '{"status": "a"}'.encode("utf-16"), "content_type": "application/json"},
    *(
        {
            "data": PART + text + b"\r\n--b--\r\n",
            "content_type": "multipart/form-data; boundary=b",
        }
        for text in (b"\xff", b"a\0")
    ),
)
"""Requests whose text is none: no UTF-8, half characters, NUL."""


@pytest.mark.attack("A295")
def test_what_is_no_text_is_refused_and_not_published_otherwise(api: Api) -> None:
    asked = asks_of(api, WritePost)
    for sent in BROKEN:
        answer = api.call("POST", "/api/v1/statuses", **sent)
        assert (answer.status_code, asked) == (422, []), sent
        assert isinstance(answer.get_json()["error"], str)


def test_what_is_sent_twice_has_one_name(api: Api) -> None:
    asked = asks_of(api, WritePost)
    for key in ("abc-1", "abc-1", "k" * 80, "with space"):
        api.call(
            "POST", "/api/v1/statuses", json={"status": "x"}, headers={"Idempotency-Key": key}
        )
    assert asked[0].key == asked[1].key == "abc-1"
    assert all(len(each.key) == 64 for each in asked[2:])


def test_a_message_that_is_sent_twice_is_one_message(api: Api) -> None:
    other = next(each for each in api.desk.authors.values() if not each.is_self)
    acct = f"@ben@{format_author(other.author_id)}.swarm"
    said = {"status": f"{acct} hello", "visibility": "direct"}
    told = [
        api.call("POST", "/api/v1/statuses", json=said, headers={"Idempotency-Key": key})
        for key in ("abc 1", "abc 1", "abc 2")
    ]
    first, again, another = (each.get_json() for each in told)
    assert first["visibility"] == "direct"
    assert first["id"] == again["id"] != another["id"]
    (talk,) = api.get("/api/v1/conversations")
    assert talk["last_status"]["id"] == another["id"]
    check("Status", first)


@pytest.mark.attack("A271")
def test_what_is_for_some_people_is_never_published(api: Api) -> None:
    asked = asks_of(api, WritePost)
    for visibility in ("private", "direct", "mutuals_only", "x"):
        answer = api.call(
            "POST", "/api/v1/statuses", json={"status": "secret", "visibility": visibility}
        )
        assert answer.status_code == 422, visibility
        assert answer.get_json()["error"]
    assert asked == []


@pytest.mark.attack("A271")
def test_followers_only_goes_to_the_one_circle_there_is(api: Api) -> None:
    asked = asks_of(api, WritePost)

    def circles(*names: str) -> None:
        own = tuple(CircleName(name=each, count=2) for each in names)
        api.desk.rows[WhichCircles] = lambda desk, ask: CircleNames(own=own, waiting=0)

    said = {"status": "for us", "visibility": "private"}
    circles("Choir", "Family")
    refused = api.call("POST", "/api/v1/statuses", json=said)
    assert refused.status_code == 422
    assert "Choir, Family" in refused.get_json()["error"]
    assert asked == []
    circles("Choir")
    api.call("POST", "/api/v1/statuses", json=said)
    assert [each.to for each in asked] == ["Choir"]


def test_what_cannot_be_posted_is_said(api: Api) -> None:
    for body in (
        {"status": ""},
        {},
        {"status": "x", "poll": {"options": ["a", "b"], "expires_in": 60}},
        {"status": "x", "scheduled_at": "2030-01-01T00:00:00Z"},
        {"status": "x" * 9_000},
        {"status": "x", "media_ids": ["gone"]},
    ):
        answer = api.call("POST", "/api/v1/statuses", json=body)
        assert answer.status_code == 422, body
    answer = api.call("POST", "/api/v1/statuses", data="{", content_type="application/json")
    assert answer.status_code == 400


def test_a_post_is_liked_boosted_kept_and_pinned(api: Api) -> None:
    id = api.post("/api/v1/statuses", status="mine")["id"]
    check_wishes(
        api,
        f"/api/v1/statuses/{id}",
        "Status",
        ("favourite", "favourited", True),
        ("unfavourite", "favourited", False),
        ("bookmark", "bookmarked", True),
        ("unbookmark", "bookmarked", False),
        ("pin", "pinned", True),
        ("unpin", "pinned", False),
        ("unreblog", "reblogged", False),
    )


def test_a_boost_is_answered_with_what_was_boosted_in_it(api: Api) -> None:
    id = api.get("/api/v1/timelines/home")[0]["id"]
    told = api.post(f"/api/v1/statuses/{id}/reblog")
    assert told["reblog"]["id"] == id
    assert told["reblog"]["reblogged"] is True
    assert told["account"]["id"] == format_author(api.desk.me)
    check("Status", told)


def test_a_post_is_edited_and_tells_what_it_said(api: Api) -> None:
    id = api.post("/api/v1/statuses", status="first", spoiler_text="cw")["id"]
    assert api.get(f"/api/v1/statuses/{id}/source") == {
        "id": id,
        "text": "first",
        "spoiler_text": "cw",
    }
    answer = api.call("PUT", f"/api/v1/statuses/{id}", json={"status": "second"})
    assert answer.status_code == 200
    told = api.get(f"/api/v1/statuses/{id}/history")
    assert "second" in told[-1]["content"]
    check("StatusEdit", told)


def test_a_post_that_was_withdrawn_is_gone_and_its_text_is_told_once(api: Api) -> None:
    id = api.post("/api/v1/statuses", status="regret")["id"]
    told = api.call("DELETE", f"/api/v1/statuses/{id}")
    assert told.get_json()["text"] == "regret"
    assert api.call("GET", f"/api/v1/statuses/{id}").status_code == 404


def test_others_posts_are_neither_edited_nor_withdrawn(api: Api) -> None:
    other: PostView = next(
        each for each in api.desk.posts if each.author_id != api.desk.me and each.id
    )
    assert api.call("DELETE", f"/api/v1/statuses/{other.id}").status_code == 422
    put = api.call("PUT", f"/api/v1/statuses/{other.id}", json={"status": "x"})
    assert put.status_code == 422


def test_a_profile_is_changed(api: Api) -> None:
    answer = api.call(
        "PATCH",
        "/api/v1/accounts/update_credentials",
        data={"display_name": "Ada L.", "note": "New words"},
    )
    told = answer.get_json()
    assert told["display_name"] == "Ada L."
    assert told["username"] == "ada_l"
    assert told["source"]["note"] == "New words"
    check("CredentialAccount", told)


def test_fields_of_a_profile_come_and_go_as_apps_say_them(api: Api) -> None:
    def change(fields: object) -> dict[str, Any]:
        told: dict[str, Any] = api.call(
            "PATCH",
            "/api/v1/accounts/update_credentials",
            json={"fields_attributes": fields},
        ).get_json()
        return told

    site = {"name": "Website", "value": "https://example.org/"}
    told = change({"0": site, "1": {"name": "", "value": ""}})
    check("CredentialAccount", told)
    assert told["source"]["fields"] == [{**site, "verified_at": None}]
    (shown,) = told["fields"]
    assert shown["verified_at"] is None
    assert 'href="https://example.org/"' in shown["value"]
    as_form = {
        "fields_attributes[0][name]": "Town",
        "fields_attributes[0][value]": "Łódź <3",
        "display_name": "Ada",
    }
    path = "/api/v1/accounts/update_credentials"
    told = api.call("PATCH", path, data=as_form).get_json()
    assert [each["value"] for each in told["fields"]] == ["<p>Łódź &lt;3</p>"]
    # What is not said stays.
    told = api.call("PATCH", path, data={"note": "New words"}).get_json()
    assert [each["name"] for each in told["fields"]] == ["Town"]
    assert change([{"name": "", "value": ""}])["fields"] == []
    refused = api.call(
        "PATCH", path, json={"fields_attributes": [{"name": "x", "value": "x" * 151}]}
    )
    assert refused.status_code == 422


@pytest.mark.attack("A07")
def test_fields_that_somebody_else_signed_are_two_lines_each(api: Api) -> None:
    other = next(each for each in api.desk.authors if each != api.desk.me)
    fields = (
        ProfileField("\u202eetis\nbeW", "javascript:x\n\n<b>\u2066https://evil.example/"),
    )
    api.desk.authors[other] = replace(api.desk.authors[other], fields=fields)
    (field,) = api.get(f"/api/v1/accounts/{format_author(other)}")["fields"]
    assert field["name"] == "etis beW"
    assert field["value"].startswith('<p>javascript:x &lt;b&gt;<a href="https://evil.example/"')
    assert field["value"].count("<p>") == 1 and "<br" not in field["value"]


def test_the_thread_of_a_status_is_muted(api: Api) -> None:
    top = api.post("/api/v1/statuses", status="a question")
    reply = api.post("/api/v1/statuses", status="an answer", in_reply_to_id=top["id"])
    assert (top["muted"], reply["muted"]) == (False, False)
    check_wishes(api, f"/api/v1/statuses/{reply['id']}", "Status", ("mute", "muted", True))
    assert api.get(f"/api/v1/statuses/{top['id']}")["muted"] is True
    home = api.get("/api/v1/timelines/home")
    assert {each["id"] for each in home if each["muted"]} == {top["id"], reply["id"]}
    at = f"/api/v1/statuses/{top['id']}"
    check_wishes(api, at, "Status", ("unmute", "muted", False))
    assert api.get(f"/api/v1/statuses/{reply['id']}")["muted"] is False
    assert api.call("POST", "/api/v1/statuses/1/mute").status_code == 404


def test_a_file_that_was_handed_over_is_taken_back_once(api: Api) -> None:
    api.desk.rows[Upload] = lambda *_: Uploaded(upload="u1", size_bytes=7)
    sent = {"file": (BytesIO(b"picture"), "a.png"), "description": "a cat"}
    handed = api.call("POST", "/api/v2/media", data=sent).get_json()
    at = f"/api/v1/media/{handed['id']}"
    assert api.get(at)["description"] == "a cat"
    assert api.call("DELETE", at).get_json() == {}
    assert [api.call(each, at).status_code for each in ("GET", "DELETE")] == [404, 404]


def test_nobody_can_be_kept_from_quoting_and_that_is_said(api: Api) -> None:
    asked = asks_of(api, WritePost)
    for policy in ("followers", "nobody"):
        body = {"status": "x", "quote_approval_policy": policy}
        refused = api.call("POST", "/api/v1/statuses", json=body)
        assert refused.status_code == 422 and asked == []
        assert "can quote it" in refused.get_json()["error"]
    made = api.post("/api/v1/statuses", status="x", quote_approval_policy="public")
    at = f"/api/v1/statuses/{made['id']}"
    said = [
        api.call("PUT", f"{at}/interaction_policy", json={"quote_approval_policy": policy})
        for policy in ("public", "nobody")
    ]
    assert [each.status_code for each in said] == [200, 422]
    quote = api.post("/api/v1/statuses", status="so true", quoted_status_id=made["id"])
    revoked = api.call("POST", f"{at}/quotes/{quote['id']}/revoke")
    assert revoked.status_code == 422 and "only they" in revoked.get_json()["error"]
    assert api.call("POST", f"{at}/quotes/{made['id']}/revoke").status_code == 404
    check("Status", [said[0].get_json()])


def test_of_a_post_for_a_circle_apps_may_say_that_nobody_quotes_it(api: Api) -> None:
    api.desk.circles.people = {"Choir": []}
    body = {"status": "x", "visibility": "private", "quote_approval_policy": "nobody"}
    assert api.call("POST", "/api/v1/statuses", json=body).status_code == 200
