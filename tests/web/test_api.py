"""The JSON API: keys commands rely on, and who may use it."""

import pytest
from flask import Flask
from street.fakes.samples import key
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.page import PageLink
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.sentences import NODE_STOPS
from swarmfeed.core.base.address import format_address, format_author, parse_address
from swarmfeed.errors import RetryError
from webui.api import add_routes

from tests.web.conftest import OWN, URL, Site

POST_KEYS = {
    "author", "name", "feed", "index", "time_ms", "text", "hash", "cursor",
    "id", "reply_count", "held_by",
}  # fmt: skip


def test_whoami(site: Site) -> None:
    me = site.ask("whoami").json
    assert me is not None
    assert me["author"] == format_author(site.desk.me)
    assert me["name"] == "Ada"
    assert me["link"].startswith(f"swarmfeed:{me['author']}?name=Ada")
    assert parse_address(me["node"])


def test_a_post_and_its_reply(site: Site) -> None:
    answer = site.ask("post", {"text": "first"})
    assert answer.status_code == 201
    first = answer.json
    assert first is not None and set(first) == POST_KEYS
    reply = site.ask("post", {"text": "second", "reply_to": first["hash"]}).json
    assert reply is not None and set(reply) == POST_KEYS | {"reply_to", "answers"}
    assert (reply["answers"]["state"], reply["answers"]["words"]) == ("here", "first")
    assert reply["reply_to"] == {name: first[name] for name in ("feed", "index", "hash")}
    shown = site.ask(f"show?ref={first['feed']}/{first['index']}").json
    assert shown is not None
    assert shown["post"]["text"] == "first"
    assert [one["text"] for one in shown["replies"]] == ["second"]
    assert shown["ancestors"] == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"text": "caf\xe9"}', "not UTF-8: from byte 14"),
        ('{"text": "a"}'.encode("utf-16"), "not UTF-8: from byte 1"),
        (b'{"text": "a\\ud800"}', "not UTF-8: character 2"),
        (b'{"text": "a\\u0000b"}', "(U+0000)"),
        (b'{"text": "a", "reply_to": "\\udfff"}', "not UTF-8: character 1"),
        (b'{"text": "a", "\\ud800": 1}', "not UTF-8: character 1"),
        (b'{"text": "a\\u001b[1m"}', "(U+001B)"),
    ],
)
def test_a_body_that_is_not_utf_8_is_refused_as_it_is(
    site: Site, body: bytes, said: str
) -> None:
    headers = {"Authorization": f"Bearer {site.access.key}"}
    answer = site.browser(logged_in=False).post(
        "/api/1/post", base_url=URL, headers=headers, data=body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert answer.json is not None and said in answer.json["error"]
    assert site.desk.changed == []


@pytest.mark.parametrize("query", ["q=caf%E9", "q=%ed%a0%80", "q=a%00b", "%ff=1", "q=caf\xe9"])
def test_a_query_that_is_not_utf_8_is_refused(site: Site, query: str) -> None:
    answer = site.ask(f"search?{query}") if query.isascii() else None
    raw = site.browser().get(
        "/search", base_url=URL, environ_overrides={"QUERY_STRING": query}, buffered=True
    )
    assert raw.status_code == 400 and "What was sent" in raw.text
    if answer is not None:
        assert answer.status_code == 400
        assert answer.json is not None and answer.json["error"].startswith("what was sent")


def test_the_same_key_and_words_are_one_post(site: Site) -> None:
    first = site.ask("post", {"text": "once", "key": "k-1"})
    again = site.ask("post", {"text": "once", "key": "k-1"})
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    other = site.ask("post", {"text": "other words", "key": "k-1"})
    assert other.status_code == 400
    assert other.json is not None and "with other words" in other.json["error"]
    assert site.desk.changed == ["publish_post"]


@pytest.mark.parametrize("header", ["k-2", '"k-2"'])
def test_the_key_may_be_a_header(site: Site, header: str) -> None:
    headers = {"Authorization": f"Bearer {site.access.key}", "Idempotency-Key": header}
    client = site.browser(logged_in=False)
    answers = [
        client.post("/api/1/post", base_url=URL, headers=headers, json=body).json
        for body in ({"text": "once"}, {"text": "once"}, {"text": "once", "key": "k-2"})
    ]
    assert answers[0] is not None and answers[0] == answers[1] == answers[2]
    assert site.desk.changed == ["publish_post"]
    two = {"text": "once", "key": "k-3"}
    refused = client.post("/api/1/post", base_url=URL, headers=headers, json=two)
    assert refused.status_code == 400
    followed = client.post(
        "/api/1/follow",
        base_url=URL,
        headers=headers,
        json={"who": format_author(key("Ines Okafor"))},
    )
    assert followed.status_code == 200, "what can be repeated anyway takes no key"


def test_the_timeline_goes_on_where_a_page_ended(site: Site) -> None:
    whole = site.ask("timeline").json
    assert whole is not None and whole["next"] is None
    first = site.ask("timeline?limit=2").json
    assert first is not None
    rest = site.ask(f"timeline?before={first['next']}").json
    assert rest is not None
    assert first["posts"] + rest["posts"] == whole["posts"]
    times = [post["time_ms"] for post in whole["posts"]]
    assert times == sorted(times, reverse=True)


def test_one_author_and_search(site: Site) -> None:
    ines = format_author(key("Ines Okafor"))
    found = site.ask(f"timeline?author={ines}").json
    assert found is not None and {post["author"] for post in found["posts"]} == {ines}
    found = site.ask("search?q=UDP+socket").json
    assert found is not None and len(found["posts"]) == 1


def test_follow_fetch_unfollow(site: Site) -> None:
    who = format_author(key("Ines Okafor"))
    followed = site.ask("follow", {"who": f"swarmfeed:{who}?name=Ines"}).json
    assert followed is not None and followed["followed"] is True
    progress = site.ask("fetch", {"who": who}).json
    assert progress == site.ask(f"fetch-progress?author={who}").json
    assert progress is not None and progress["done"] is True
    unfollowed = site.ask("unfollow", {"who": who}).json
    assert unfollowed is not None and unfollowed["followed"] is False
    assert site.desk.changed == ["follow", "fetch", "unfollow"]


def test_status_has_its_keys(site: Site) -> None:
    status = site.ask("status").json
    assert status is not None
    assert set(status["disk"]) == {"bytes", "budget_bytes", "free_bytes"}
    assert {"node", "author", "running", "sentence", "feeds", "peers", "jobs"} <= set(status)
    feed = status["feeds"][0]
    assert {"author", "feed", "size", "root", "entries_held", "bytes_held"} <= set(feed)
    assert len(bytes.fromhex(feed["root"])) == 32


def test_verify_reindex_import_torrents(site: Site) -> None:
    assert site.ask("verify", {}).json == {
        "feeds": 1, "entries": 9, "bytes": 504, "damaged": [], "refetching": 0,
        "missing": [],
    }  # fmt: skip
    assert site.ask("reindex", {}).json == {"entries": 9, "missing": []}
    batch = {"posts": [[1_000, "old"], [2_000, "older"]]}
    imported = {"read": 2, "imported": 2, "already_there": 0, "skipped": []}
    assert site.ask("import", batch).json == imported
    assert site.ask("import", batch).json == imported | {"imported": 0, "already_there": 2}
    feed = format_address(site.desk.posts[0].ref.feed_id)
    torrents = site.ask(f"torrents?feed={feed}").json
    assert torrents is not None and torrents["torrents"][0]["end"] == 256


@pytest.mark.attack("A04")
def test_a_login_link_from_the_api_works_once(site: Site) -> None:
    answer = site.ask("login-link", {}).json
    assert answer is not None
    path = answer["url"].removeprefix(URL)
    assert site.browser(logged_in=False).get(path, base_url=URL).status_code == 303
    assert site.browser(logged_in=False).get(path, base_url=URL).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("post", {"text": 5}),
        ("post", {}),
        ("post", []),
        ("post", {"text": "x", "reply_to": "nothing"}),
        ("post", {"text": "  "}),
        ("follow", {"who": "nobody"}),
        ("import", {"posts": "all"}),
        ("import", {"posts": [[1]]}),
        ("import", {"posts": [["1", "text"]]}),
        ("import", {"posts": [[-1, "text"]]}),
        ("timeline?limit=0", None),
        ("timeline?limit=9999999999999999999", None),
        ("timeline?before=soon", None),
        ("timeline?before=99999999999999999999-1", None),
        ("timeline?author=me", None),
        ("show?ref=", None),
    ],
)
def test_a_refusal_is_a_sentence(site: Site, path: str, body: object) -> None:
    answer = site.ask(path, body)
    assert answer.status_code == 400
    assert answer.json is not None and list(answer.json) == ["error"]
    assert len(answer.json["error"]) > 10
    assert site.desk.changed == []


def test_what_is_worth_another_try_says_so_in_sentences(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: object) -> None:
        raise RetryError(NODE_STOPS())

    monkeypatch.setattr(site.desk, "ask", stop)
    answer = site.ask("whoami")
    assert answer.status_code == 503
    assert answer.json == {
        "error": "The node is stopping; start it again and repeat this. Try again in a moment."
    }


@pytest.mark.attack("A01")
def test_a_form_is_no_json(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.access.key}"}
    answer = site.browser().post(
        "/api/1/post", base_url=URL, headers=headers, data='{"text": "x"}'
    )
    assert answer.status_code == 400
    assert site.desk.changed == []


def test_no_nesting_is_too_deep_for_a_refusal(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.access.key}"}
    answer = site.browser().post(
        "/api/1/post",
        base_url=URL,
        headers=headers,
        data='{"text": ' + "[" * 60_000,
        content_type="application/json",
    )
    assert answer.status_code == 400
    assert answer.json == {
        "error": "The request needs a JSON object, sent as application/json."
    }


def test_a_name_that_the_page_answers_is_not_given_again() -> None:
    class NewLoginLinkToo(Ask[PageLink], frozen=True, kw_only=True):
        name = "login-link"

    with pytest.raises(ValueError, match="login-link is answered by the page"):
        add_routes(Flask("toy"), {"login-link": NewLoginLinkToo})


@pytest.mark.attack("A01")
def test_a_session_is_no_key(site: Site) -> None:
    browser = site.browser()
    answer = browser.post("/api/1/post", base_url=URL, headers=OWN, json={"text": "x"})
    assert answer.status_code == 401
    assert answer.json == {"error": "The API needs the bearer key of this run."}
    assert browser.get("/api/1/whoami", base_url=URL).status_code == 401
    assert site.desk.changed == []


def test_an_unknown_path_is_json_too(site: Site) -> None:
    answer = site.ask("nowhere")
    assert answer.status_code == 404
    assert answer.json is not None and "error" in answer.json


def test_a_ref_names_the_feed_and_the_entry(site: Site) -> None:
    ref = site.desk.posts[0].ref
    assert ref_text(ref) == f"{format_address(ref.feed_id)}/{ref.index}"
