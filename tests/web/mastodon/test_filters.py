"""Filters of both kinds, their keywords, and what is said of a post that has them."""

from typing import Any

from msgspec.structs import replace
from swarmfeed.core.asks.filters import WordFilter

from tests.web.mastodon.conftest import Api
from tests.web.mastodon.schema import check

SECOND = "/api/v2/filters"
FIRST = "/api/v1/filters"


def put(api: Api, path: str, **body: Any) -> Any:
    answer = api.call("PUT", path, json=body)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def words(told: Any) -> list[str]:
    return [each["keyword"] for each in told["keywords"]]


def make(api: Api, *keywords: str, **more: Any) -> Any:
    rows = [{"keyword": each, "whole_word": True} for each in keywords]
    body = {"title": "Spoilers", "context": ["home"], "keywords_attributes": rows, **more}
    return api.post(SECOND, **body)


def test_words_of_one_title_are_one_filter_that_keeps_its_name(api: Api) -> None:
    made = make(api, "crickets", "beetles", filter_action="hide", expires_in=1_800)
    assert (made["title"], words(made)) == ("Spoilers", ["beetles", "crickets"])
    assert {each.hides for each in api.desk.filters.values()} == {True}
    end_ms = api.desk.now_ms + 1_800_000
    assert {each.until_ms for each in api.desk.filters.values()} == {end_ms}

    at = f"{SECOND}/{made['id']}"
    added = api.post(f"{at}/keywords", keyword="ants")
    assert api.desk.filters["ants"] == WordFilter(
        words="ants", hides=True, until_ms=end_ms, title="Spoilers"
    )
    told = api.get(at)
    assert (told["id"], words(told)) == (made["id"], ["ants", "beetles", "crickets"])
    assert api.get(f"{at}/keywords") == told["keywords"]
    assert api.get(f"{SECOND}/keywords/{added['id']}") == added
    changed = put(api, f"{SECOND}/keywords/{added['id']}", keyword="bees")
    assert words(api.get(at)) == ["bees", "beetles", "crickets"]
    assert api.desk.filters["bees"].until_ms == end_ms
    assert api.call("DELETE", f"{SECOND}/keywords/{changed['id']}").get_json() == {}
    assert words(api.get(at)) == words(made)
    check("Filter", [made, told, *api.get(SECOND)])
    check("FilterKeyword", [added, changed])
    assert api.call("DELETE", at).get_json() == {}
    assert api.desk.filters == {} and api.get(SECOND) == []


def test_a_filter_is_changed_as_far_as_an_app_says(api: Api) -> None:
    made = make(api, "crickets", "beetles", expires_in=1_800)
    beetles, crickets = (each["id"] for each in made["keywords"])
    rows = [
        {"id": beetles, "_destroy": True},
        {"id": crickets, "keyword": "grasshoppers"},
        {"keyword": "moths"},
    ]
    told = put(api, f"{SECOND}/{made['id']}", filter_action="hide", keywords_attributes=rows)
    assert (told["id"], words(told)) == (made["id"], ["grasshoppers", "moths"])
    assert (told["filter_action"], told["expires_at"]) == ("hide", made["expires_at"])
    told = put(api, f"{SECOND}/{made['id']}", title="Insects", expires_in="")
    assert (told["title"], told["filter_action"], told["expires_at"]) == (
        "Insects",
        "hide",
        None,
    )
    assert {each.title for each in api.desk.filters.values()} == {"Insects"}
    assert api.call("GET", f"{SECOND}/{made['id']}").status_code == 404
    body = {"keywords_attributes": [{"id": beetles, "keyword": "x"}]}
    answer = api.call("PUT", f"{SECOND}/{told['id']}", json=body)
    assert answer.status_code == 404, "that one is not of this filter any more"
    assert sorted(api.desk.filters) == ["grasshoppers", "moths"]
    check("Filter", told)


def test_without_a_keyword_the_title_is_one(api: Api) -> None:
    made = make(api)
    assert words(made) == ["Spoilers"]
    refused = api.call("POST", SECOND, json={"title": "...", "context": ["home"]})
    assert refused.status_code == 422
    long = api.call("POST", SECOND, json={"title": "t" * 201, "context": ["home"]})
    assert (long.status_code, sorted(api.desk.filters)) == (422, ["Spoilers"])


def test_of_the_first_kind_each_keyword_is_a_filter(api: Api) -> None:
    make(api, "crickets", "beetles", filter_action="hide")
    made = api.post(FIRST, phrase="a cat", context=["home"], irreversible=False)
    told = api.get(FIRST)
    assert sorted(each["phrase"] for each in told) == ["a cat", "beetles", "crickets"]
    at = f"{FIRST}/{made['id']}"
    assert api.get(at) == made
    changed = put(api, at, phrase="a dog", context=["home"], expires_in=60)
    assert (changed["phrase"], changed["irreversible"]) == ("a dog", False)
    assert api.desk.filters["a dog"].until_ms == api.desk.now_ms + 60_000
    again = put(api, f"{FIRST}/{changed['id']}", phrase="a dog", irreversible=True)
    assert (again["irreversible"], again["expires_at"]) == (True, changed["expires_at"])
    assert api.call("DELETE", f"{FIRST}/{again['id']}").get_json() == {}
    assert sorted(api.desk.filters) == ["beetles", "crickets"]
    check("V1Filter", [made, changed, again, *told])


def test_a_covered_status_says_which_filter_it_is(api: Api) -> None:
    made = make(api, "crickets", "beetles")
    post = api.desk.posts[0]
    api.desk.posts[0] = replace(post, filtered="beetles")
    (result,) = api.get(f"/api/v1/statuses/{post.id}")["filtered"]
    assert result["keyword_matches"] == ["beetles"]
    assert (result["filter"]["id"], result["filter"]["title"]) == (made["id"], "Spoilers")
    check("Status", api.get(f"/api/v1/statuses/{post.id}"))
