"""People, as apps are shown and find them; they are followed, muted, blocked, let in."""

from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.circles import (
    CircleDone,
    Circles,
    CircleView,
    ListCircles,
    RemoveReader,
)
from swarmfeed.core.asks.faces import Face, FaceList, Faces
from swarmfeed.core.asks.media import MediumView
from swarmfeed.core.asks.suggesting import Suggestion
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import Hash
from swarmfeed.errors import UserError

from tests.web.mastodon.conftest import Api
from tests.web.mastodon.schema import check, check_answer, check_wishes


def test_posts_of_a_person_with_a_tag_have_that_tag(api: Api) -> None:
    api.post("/api/v1/statuses", status="#teapot and #coffee")
    api.post("/api/v1/statuses", status="a cup of #Tea")
    me = format_author(api.desk.me)
    found = api.get(f"/api/v1/accounts/{me}/statuses", tagged="tea")
    assert [each["text"] for each in found] == ["a cup of #Tea"]


def test_people_are_shown_with_what_is_known_of_them(api: Api) -> None:
    other = next(each for each in api.desk.authors.values() if not each.is_self and each.name)
    address = format_author(other.author_id)
    told = api.get(f"/api/v1/accounts/{address}")
    assert told["acct"].endswith(f"@{address}.swarm")
    assert api.get("/api/v1/accounts/lookup", acct=told["acct"])["id"] == address
    found = api.get("/api/v2/search", q=f"@{told['acct']}", type="accounts", resolve="true")
    assert [each["acct"] for each in found["accounts"]] == [told["acct"]]
    (related,) = api.get("/api/v1/accounts/relationships", **{"id[]": address})
    written = api.get(f"/api/v1/accounts/{address}/statuses")
    assert {each["account"]["id"] for each in written} == {address}
    check("Account", told)
    check("Relationship", related)
    check("Status", written)


def test_a_person_is_shown_with_the_picture_they_chose(api: Api) -> None:
    picture = MediumView(id=Hash(b"p" * 32), type="image/png", size_bytes=9, state="here")
    face = Face(author=api.desk.me, avatar=picture)
    api.desk.rows[Faces] = lambda desk, ask: FaceList(faces=(face,))
    told = api.get("/api/v1/accounts/verify_credentials")
    assert picture.id.hex() in told["avatar"]
    assert "key=" in told["avatar"]


def test_somebody_nobody_knows_is_found_as_they_were_named(api: Api) -> None:
    address = format_author(b"u" * 32)  # type: ignore[arg-type]
    found = api.get("/api/v2/search", q=f"zoe@{address}.swarm", resolve="true")
    assert [each["acct"] for each in found["accounts"]] == [f"zoe@{address}.swarm"]
    check_answer("GET", "/api/v2/search", 200, found)


def test_a_person_is_followed_muted_and_blocked(api: Api) -> None:
    other = next(each for each in api.desk.authors.values() if not each.is_self)
    at = f"/api/v1/accounts/{format_author(other.author_id)}"
    check_wishes(
        api,
        at,
        "Relationship",
        ("unfollow", "following", False),
        ("follow", "following", True),
        ("mute", "muting", True),
        ("unmute", "muting", False),
        ("block", "blocking", True),
        ("unblock", "blocking", False),
    )


def test_who_asks_is_let_in_or_told_no(api: Api) -> None:
    people = [each for each in api.desk.authors if each != api.desk.me][:2]
    api.desk.circles.waiting = people[:]
    ids = {format_author(each) for each in people}
    assert {each["id"] for each in api.get("/api/v1/follow_requests")} == ids
    first, second = map(format_author, people)
    assert api.post(f"/api/v1/follow_requests/{first}/reject")["id"] == first
    path = f"/api/v1/follow_requests/{second}/authorize"
    api.desk.circles.people = {}
    assert api.call("POST", path).status_code == 422, "there is no circle to be let into"
    assert api.desk.circles.waiting == people[1:]
    api.desk.circles.people = {"Friends": []}
    assert api.post(path)["id"] == second
    assert api.desk.circles.people == {"Friends": people[1:]}


def test_whom_to_follow_is_told_and_dismissed(api: Api) -> None:
    first, second = [each for each in api.desk.authors if each != api.desk.me][:2]
    api.desk.suggested = tuple(
        Suggestion(author_id=each, name="", bio="", reason="Followed by Ada", count=1)
        for each in (first, second)
    )
    told = api.get("/api/v2/suggestions")
    assert [each["account"]["id"] for each in told] == [*map(format_author, (first, second))]
    assert [each["id"] for each in api.get("/api/v1/suggestions", limit=1)] == [
        format_author(first)
    ]
    gone = api.call("DELETE", f"/api/v1/suggestions/{format_author(first)}")
    assert (gone.status_code, gone.get_json()) == (200, {})
    assert [each["account"]["id"] for each in api.get("/api/v2/suggestions")] == [
        format_author(second)
    ]
    check("Suggestion", told)


def test_who_is_removed_from_followers_is_taken_out_of_circles(api: Api) -> None:
    first, second = [each for each in api.desk.authors if each != api.desk.me][:2]
    api.desk.circles.people = {"Friends": [first, second], "Choir": [first], "Family": [second]}
    at = f"/api/v1/accounts/{format_author(first)}/remove_from_followers"
    told = api.post(at)
    assert told["id"] == format_author(first)
    assert api.desk.circles.people == {"Friends": [second], "Choir": [], "Family": [second]}
    refused = api.call("POST", at)
    assert refused.status_code == 422
    assert "no circle of yours" in refused.get_json()["error"]
    check("Relationship", [told])


def test_why_somebody_cannot_be_taken_out_of_a_circle_is_said(api: Api) -> None:
    first, second = [each for each in api.desk.authors if each != api.desk.me][:2]
    api.desk.circles.people = {"Choir": [second], "Friends": [first]}

    def refuse(_: FakeDesk, ask: RemoveReader) -> CircleDone:
        assert ask.circle == "Friends", "nobody is taken out of a circle they are not in"
        raise UserError("not now")

    api.desk.rows[RemoveReader] = refuse
    at = f"/api/v1/accounts/{format_author(first)}/remove_from_followers"
    refused = api.call("POST", at)
    assert (refused.status_code, refused.get_json()["error"]) == (422, "not now")


def test_of_a_circle_so_large_that_not_all_are_told_everybody_is_removed(api: Api) -> None:
    first, second = [each for each in api.desk.authors if each != api.desk.me][:2]
    people = {"Choir": [second], "Friends": [second, first]}
    api.desk.circles.people = people
    api.desk.rows[ListCircles] = lambda *_: Circles(
        own=tuple(
            CircleView(name=name, people=(), count=len(each), reads_back=False)
            for name, each in people.items()
        ),
        waiting=(),
        readable=(),
        asked=(),
    )
    told = api.post(f"/api/v1/accounts/{format_author(first)}/remove_from_followers")
    assert told["id"] == format_author(first)
    assert people == {"Choir": [second], "Friends": [second]}


def test_several_people_are_shown_at_once(api: Api) -> None:
    ids = [*map(format_author, api.desk.authors)][:2]
    told = api.get("/api/v1/accounts", **{"id[]": ids})
    assert [each["id"] for each in told] == ids
    assert api.call("GET", "/api/v1/accounts?id[]=none").status_code == 404
    check("Account", told)


def test_a_note_about_somebody_is_kept(api: Api) -> None:
    other = format_author(next(each for each in api.desk.authors if each != api.desk.me))
    at = f"/api/v1/accounts/{other}/note"
    told = api.post(at, comment="sings bass")
    assert told["note"] == "sings bass"
    (related,) = api.get("/api/v1/accounts/relationships", **{"id[]": other})
    assert related["note"] == "sings bass"
    assert api.post(at)["note"] == "", "without a word it is taken away"
    assert api.call("POST", at, json={"comment": "x" * 2_001}).status_code == 422
    check("Relationship", [told])
