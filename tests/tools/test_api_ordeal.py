"""What is asked of the APIs, and what counts as a fault."""

import pytest
from ordeals.api.description import (
    LEFT_OUT,
    fit_mastodon,
    fit_own,
    read_mastodon,
    without_contradictions,
)
from ordeals.api.main import APPS, GROWTH_BYTES_MAX, OWN, judge, play
from ordeals.api.probing import SCHEMATHESIS, Probed
from ordeals.ordeal import Outcome, Plan
from street.fakes.desk import FakeDesk
from webui.mastodon.resources import CALLS
from webui.openapi import describe_api
from wheelhouse.programs import NotInstalled, python_program

QUOTE = {"properties": {"quote": {"oneOf": [{"type": "object"}, {"type": "null"}]}}}
FILTER = {"application/json": {"schema": {"type": "object"}}}
DESCRIBED = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://example.org"}],
    "security": [{"OAuth2": []}],
    "paths": {
        "/api/v1/statuses/{id}": {
            "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}}],
            "get": {"security": [], "responses": {}},
            "trace": {},
        },
        "/api/v1/statuses": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "properties": {
                                    "in_reply_to_id": {"type": "string"},
                                    "account_ids": {"type": "array", "items": {}},
                                }
                            }
                        }
                    }
                }
            }
        },
        "/api/v1/filters": {"get": {"responses": {"200": {"content": FILTER}}}},
        "/api/v1/polls/{id}": {"get": {}},
        "/oauth/revoke": {"post": {}},
    },
    "components": {
        "schemas": {
            "Status": QUOTE,
            "TextStatus": {"properties": {"lang": {}}},
            "V1Instance": {"properties": {"email": {"format": "email"}}},
            "Instance": {
                "properties": {
                    "source_url": {"format": "uri"},
                    "contact": {"properties": {"email": {"format": "email"}}},
                }
            },
        }
    },
}
KNOWN = {"statuses": ["7"], "lists": ["l"], "in_reply_to_id": ["7"], "account_ids": ["a"]}


def test_asked_is_what_a_node_answers_by_names_that_are_there() -> None:
    fitted = fit_mastodon(DESCRIBED, KNOWN)
    assert list(fitted["paths"]) == [
        "/api/v1/statuses/{id}",
        "/api/v1/statuses",
        "/api/v1/filters",
    ]
    (id,) = fitted["paths"]["/api/v1/statuses/{id}"]["parameters"]
    text = {"type": "string"}
    assert id["schema"] == {"anyOf": [{"type": "string", "enum": ["7"]}, text]}
    body = fitted["paths"]["/api/v1/statuses"]["post"]["requestBody"]["content"]
    said = body["application/json"]["schema"]["properties"]
    assert said["in_reply_to_id"]["anyOf"][0]["enum"] == ["7"]
    assert said["account_ids"]["items"]["anyOf"][0]["enum"] == ["a"]
    assert not {"servers", "security"} & fitted.keys()
    assert DESCRIBED["paths"].keys() - fitted["paths"].keys(), "the given one is as it was"


def test_of_the_public_description_all_that_is_answered_is_asked() -> None:
    described = read_mastodon()
    if described is None:
        pytest.skip("the description of Mastodon's API is not here (SWARMFEED_TEST_DATA)")
    paths = fit_mastodon(described, {})["paths"]
    asked = sum(
        len(each.keys() & {"get", "post", "put", "patch", "delete"}) for each in paths.values()
    )
    assert asked > 0.9 * len(CALLS)
    assert "oneOf" not in without_contradictions(described)["components"]["schemas"]["Status"]


def test_of_our_own_nothing_that_writes_where_it_is_told() -> None:
    described = describe_api(FakeDesk().asks(), "http://127.0.0.1:1", "/api/1/")
    asked = {each.rpartition("/")[2] for each in fit_own(described, {})["paths"]}
    left = {each.rpartition("/")[2] for each in described["paths"]} - asked
    assert left - LEFT_OUT == {"export", "look-at-archive", "write-site", "end-site"}
    assert {"post", "timeline", "upload"} <= asked


MB = 1_000_000


@pytest.mark.parametrize(
    ("probed", "gave_way"),
    [
        (Probed(statuses={"200": 5}, memory=[90 * MB] * 50), []),
        (
            Probed(statuses={"200": 5}, memory=[*range(60 * MB, 90 * MB, MB), *[90 * MB] * 70]),
            [],
        ),
        (
            Probed(statuses={"200": 5}, memory=[each * MB for each in range(100)]),
            ["apps: it grew by 72.0 MB"],
        ),
        (Probed(statuses={"200": 5}), ["apps: nothing was seen of its memory"]),
        (
            Probed(statuses={"200": 5}, found=["GET /x: status 500"], memory=[MB]),
            ["apps: GET /x: status 500"],
        ),
        (
            Probed(statuses={"401": 95, "204": 5}, memory=[MB]),
            ["apps: of 100 requests 5 were answered with what they ask for"],
        ),
        (
            Probed(memory=[MB]),
            ["apps: of 0 requests 0 were answered with what they ask for"],
        ),
    ],
    ids=["flat", "warming up", "growing", "unseen", "a fault", "refusals", "nothing"],
)
def test_faults_and_growth_give_way(probed: Probed, gave_way: list[str]) -> None:
    outcome = Outcome()
    judge("apps", probed, outcome)
    assert outcome.gave_way == gave_way
    assert outcome.cases == probed.requests
    assert GROWTH_BYTES_MAX == 40 * MB


@pytest.mark.e2e
@pytest.mark.slow
def test_twenty_seconds_of_requests_find_no_fault() -> None:
    try:
        python_program("schemathesis", SCHEMATHESIS)
    except NotInstalled as error:
        pytest.skip(str(error))
    outcome = play((APPS, OWN), Plan(seed=1, cases=2))
    assert outcome.held, outcome.gave_way
    if APPS.name in outcome.figures:
        pytest.skip(f"the rest held; {APPS.name}: {outcome.figures[APPS.name]}")
