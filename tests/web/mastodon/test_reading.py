"""What apps read: lists, statuses, timelines and tags, held against the description."""

import re

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.filters import ListFilters, WordFilter, WordFilters
from swarmfeed.core.asks.people_lists import PeopleList, PeopleLists, ShowLists
from swarmfeed.core.asks.posts import Posts, Quoted, Timeline
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import MENTIONS_MAX, PAGE_POSTS_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from webui.mastodon.endpoint import ANYBODY
from webui.mastodon.resources import CALLS

from tests.web.conftest import HOST, MACHINE_URL
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.schema import check, check_answer

READ = (
    "/api/v1/accounts/verify_credentials",
    "/api/v1/announcements",
    "/api/v1/blocks",
    "/api/v1/bookmarks",
    "/api/v1/conversations",
    "/api/v1/custom_emojis",
    "/api/v1/domain_blocks",
    "/api/v1/endorsements",
    "/api/v1/favourites",
    "/api/v1/featured_tags",
    "/api/v1/follow_requests",
    "/api/v1/followed_tags",
    "/api/v1/instance",
    "/api/v1/instance/peers",
    "/api/v1/instance/rules",
    "/api/v1/lists",
    "/api/v1/mutes",
    "/api/v1/notifications",
    "/api/v1/notifications/unread_count",
    "/api/v1/preferences",
    "/api/v1/scheduled_statuses",
    "/api/v1/timelines/home",
    "/api/v1/timelines/public",
    "/api/v1/trends/links",
    "/api/v1/trends/statuses",
    "/api/v1/trends/tags",
    "/api/v2/filters",
    "/api/v2/instance",
    "/api/v2/notifications",
    "/api/v2/notifications/policy",
    "/api/v2/suggestions",
)


FILLED = (
    "/api/v1/blocks",
    "/api/v1/bookmarks",
    "/api/v1/conversations",
    "/api/v1/favourites",
    "/api/v1/follow_requests",
    "/api/v1/followed_tags",
    "/api/v1/lists",
    "/api/v1/mutes",
    "/api/v1/timelines/home",
    "/api/v1/timelines/public",
    "/api/v2/filters",
)
"""Lists in which something stands, so that it is held against the description."""


def fill(api: Api) -> None:
    """Have something in each of them."""
    first, second, third = [each for each in api.desk.authors if each != api.desk.me][:3]
    post = api.get("/api/v1/timelines/home")[0]["id"]
    for wish in ("bookmark", "favourite"):
        api.post(f"/api/v1/statuses/{post}/{wish}")
    api.post(f"/api/v1/accounts/{format_author(first)}/mute")
    api.post(f"/api/v1/accounts/{format_author(second)}/block")
    api.post("/api/v1/tags/tea/follow")
    said = f"@cleo@{format_author(third)}.swarm hello"
    api.post("/api/v1/statuses", status=said, visibility="direct")
    api.desk.circles.waiting = [third]
    choir = PeopleList(called="Choir", people=())
    crickets = WordFilter(words="crickets", hides=True, until_ms=1_795_176_000_000)
    api.desk.rows[ShowLists] = lambda _, __: PeopleLists(lists=(choir,))
    api.desk.rows[ListFilters] = lambda _, __: WordFilters(filters=(crickets,))


def test_every_list_is_as_the_description_says(api: Api) -> None:
    fill(api)
    told = {path: api.get(path) for path in READ}
    assert [path for path in FILLED if not told[path]] == []
    for path, answer in told.items():
        check_answer("GET", path, 200, answer)


def test_a_status_with_everything_is_as_the_description_says(api: Api) -> None:
    first = api.get("/api/v1/timelines/home")[0]
    written = api.post(
        "/api/v1/statuses",
        status="A #tag, https://example.org/x and <b>no</b> markup\nnext\n\nlast",
        spoiler_text="careful",
        in_reply_to_id=first["id"],
        quoted_status_id=first["id"],
        language="de",
    )
    assert written["in_reply_to_id"] == first["id"]
    assert written["in_reply_to_account_id"] == first["account"]["id"]
    assert written["sensitive"] is True
    assert written["spoiler_text"] == "careful"
    assert written["tags"] == [{"name": "tag", "url": f"{MACHINE_URL}/tags/tag"}]
    assert written["content"].startswith("<p>A <a href=")
    assert "&lt;b&gt;no&lt;/b&gt; markup<br />next</p><p>last</p>" in written["content"]
    assert (
        'rel="nofollow noopener noreferrer" target="_blank">example.org/x</a>'
        in (written["content"])
    )
    check("Status", written)


@pytest.mark.attack("A05")
def test_what_people_wrote_becomes_no_markup(api: Api) -> None:
    text = '<img src=x onerror=alert(1)> "https://a.example/\'"><script>x</script> #a<b>'
    content = api.post("/api/v1/statuses", status=text)["content"]
    tags = re.findall(r"<(/?\w+)", content)
    assert set(tags) <= {"p", "/p", "br", "a", "/a", "span", "/span"}
    assert "onerror=alert(1)>" not in content


def test_pages_go_by_id_and_say_where_the_next_one_is(api: Api) -> None:
    every = [each["id"] for each in api.get("/api/v1/timelines/home", limit=40)]
    seen: list[str] = []
    path = "/api/v1/timelines/home?limit=2"
    while path:
        answer = api.call("GET", path)
        seen += [each["id"] for each in answer.get_json()]
        link = answer.headers.get("Link", "")
        found = re.match(r"<([^>]*)>; rel=\"next\"", link)
        path = found[1].removeprefix(MACHINE_URL) if found else ""
    assert seen == every
    assert len(set(every)) == len(every)


def test_what_one_likes_is_a_list_whose_pages_go_by_when(api: Api) -> None:
    every = [each["id"] for each in api.get("/api/v1/timelines/home", limit=5)]
    for id in every:
        api.post(f"/api/v1/statuses/{id}/favourite")
    api.post(f"/api/v1/statuses/{every[0]}/unfavourite")
    first = api.call("GET", "/api/v1/favourites?limit=3")
    assert [each["id"] for each in first.get_json()] == every[1:4]
    assert all(each["favourited"] for each in first.get_json())
    onward, back = re.findall(r"<([^>]*)>", first.headers["Link"])
    second = api.call("GET", onward.removeprefix(MACHINE_URL))
    assert [each["id"] for each in second.get_json()] == every[4:]
    assert api.call("GET", back.removeprefix(MACHINE_URL)).get_json() == []
    assert api.get("/api/v1/favourites", max_id=every[3]) == second.get_json()


def test_a_page_of_which_nothing_is_shown_does_not_end_a_list(api: Api) -> None:
    every = api.desk.ask(Timeline(limit=9)).posts
    hidden = {each.cursor for each in every[:4]}
    answer = api.desk.rows[Timeline]

    def without(desk: FakeDesk, ask: Timeline) -> Posts:
        page = answer(desk, ask)
        return replace(page, posts=tuple(p for p in page.posts if p.cursor not in hidden))

    api.desk.rows[Timeline] = without
    told = api.get("/api/v1/timelines/home", limit=2)
    assert [each["id"] for each in told] == [each.id for each in every[4:6]]


def test_what_is_newer_is_found_from_either_end(api: Api) -> None:
    every = [each["id"] for each in api.get("/api/v1/timelines/home", limit=40)]
    since = api.get("/api/v1/timelines/home", since_id=every[5], limit=2)
    assert [each["id"] for each in since] == every[:2]
    least = api.get("/api/v1/timelines/home", min_id=every[5], limit=2)
    assert [each["id"] for each in least] == every[3:5]
    both = api.get("/api/v1/timelines/home", max_id=every[1], since_id=every[4])
    assert [each["id"] for each in both] == every[2:4]


@pytest.mark.attack("A274")
def test_whoever_names_crowds_of_people_keeps_no_page_from_being_read(api: Api) -> None:
    for number in range(35):
        crowd = (b"%d %d" % (number, each) for each in range(MENTIONS_MAX + 1))
        named = (format_author(AuthorId(each.ljust(32))) for each in crowd)
        api.desk.ask(WritePost(text=" ".join(named)))
    shown = api.get("/api/v1/timelines/home", limit=40)
    assert [len(each["mentions"]) for each in shown[:35]] == [MENTIONS_MAX] * 35
    assert 35 * MENTIONS_MAX > PAGE_POSTS_MAX


def test_a_thread_is_all_that_stands_around_a_post(api: Api) -> None:
    first = api.get("/api/v1/timelines/home")[0]["id"]
    reply = api.post("/api/v1/statuses", status="one", in_reply_to_id=first)["id"]
    deeper = api.post("/api/v1/statuses", status="two", in_reply_to_id=reply)["id"]
    found = api.get(f"/api/v1/statuses/{reply}/context")
    assert [each["id"] for each in found["ancestors"]][-1] == first
    assert [each["id"] for each in found["descendants"]] == [deeper]
    check("Context", found)


def test_what_is_not_here_is_a_404_that_apps_know(api: Api) -> None:
    for path in (
        "/api/v1/statuses/1",
        "/api/v1/statuses/nonsense",
        "/api/v1/statuses/999999999999999999999999",
        "/api/v1/accounts/1",
        "/api/v1/lists/zz",
        "/api/v2/filters/00",
        "/api/v1/nothing/of/the/kind",
        "/api/v1/media/none",
    ):
        answer = api.call("GET", path)
        assert answer.status_code == 404, path
        assert answer.get_json() == {"error": "Record not found"}


def test_words_posts_and_tags_are_found(api: Api) -> None:
    found = api.get("/api/v2/search", q="libtorrent")
    assert found["statuses"]
    assert [each["name"] for each in found["hashtags"]] == ["libtorrent"]
    one = found["statuses"][0]
    for name in (one["url"], one["uri"]):
        assert api.get("/api/v2/search", q=name)["statuses"][0]["id"] == one["id"]
    assert api.get("/api/v2/search", q="-")["statuses"] == []
    assert api.get("/api/v1/timelines/tag/libtorrent")


def test_numbers_that_are_none_are_said_to_be_none(api: Api) -> None:
    for limit in ("x", "-1", "1e3", "9" * 30):
        answer = api.call("GET", f"/api/v1/timelines/home?limit={limit}")
        assert answer.status_code == 400
        assert "limit" in answer.get_json()["error"]


def test_the_instance_says_where_it_was_reached(stranger: Api) -> None:
    told = stranger.get("/api/v2/instance")
    assert told["domain"] == MACHINE_URL.removeprefix("http://")
    assert told["version"].startswith("4.5.0 (compatible; swarmfeed ")
    assert told["configuration"]["urls"]["streaming"] == MACHINE_URL.replace("http", "ws")
    node = stranger.get("/nodeinfo/2.0")
    assert node["metadata"]["upstream"]["name"] == "mastodon"
    (link,) = stranger.get("/.well-known/nodeinfo")["links"]
    assert link["href"] == f"{MACHINE_URL}/nodeinfo/2.0"


@pytest.mark.attack("A273")
def test_without_a_token_nobody_hears_who_is_at_home(stranger: Api) -> None:
    me = stranger.desk.authors[stranger.desk.me]
    for call in CALLS:
        if call.scope == ANYBODY and call.method == "GET" and "<" not in call.rule:
            answer = stranger.call("GET", call.rule).get_data(as_text=True)
            for secret in (format_author(me.author_id), me.name, HOST):
                assert secret not in answer, call.rule


@pytest.mark.attack("A269")
def test_a_picture_is_shown_to_who_has_its_own_key_alone(stranger: Api) -> None:
    name = "ab" * 32
    for query in ("", "?key=", "?key=" + "0" * 32):
        answer = stranger.call("GET", f"/api/v1/swarmfeed/media/{name}/small{query}")
        assert answer.status_code == 404
    me = format_author(stranger.desk.me)
    drawn = stranger.call("GET", f"/api/v1/swarmfeed/avatars/{me}.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert drawn.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert drawn.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_the_home_timeline_is_that_of_the_page(api: Api) -> None:
    shown = [each.id for each in api.desk.ask(Timeline(limit=20)).posts]
    assert shown
    assert [each["id"] for each in api.get("/api/v1/timelines/home")] == shown


@pytest.mark.attack("A295")
def test_what_is_no_tag_is_none_and_nothing_is_listened_to(api: Api) -> None:
    for name in ("tea%20leaves", "a%0Ab", "tea%20-by:me", "1234", "%C2%B2", "a%3Fb", "x" * 200):
        for method, place in (
            ("GET", f"/api/v1/tags/{name}"),
            ("POST", f"/api/v1/tags/{name}/follow"),
            ("GET", f"/api/v1/timelines/tag/{name}"),
        ):
            assert api.call(method, place).status_code == 404, (method, place)
    assert api.desk.subscriptions == []
    api.desk.subscriptions = ["#tea leaves", "#moss"]
    assert [each["name"] for each in api.get("/api/v1/followed_tags")] == ["moss"]


def test_a_tag_in_any_script_has_an_address(api: Api) -> None:
    told = api.post("/api/v1/tags/%D1%87%D0%B0%D0%B9/follow")
    assert told["name"] == "чай"
    assert told["url"] == f"{MACHINE_URL}/tags/%D1%87%D0%B0%D0%B9"
    check("Tag", told)


def test_who_quotes_a_status_is_told_and_counted(api: Api) -> None:
    first = api.post("/api/v1/statuses", status="said")
    second = api.post("/api/v1/statuses", status="so true", quoted_status_id=first["id"])
    third = api.post("/api/v1/statuses", status="indeed", quoted_status_id=second["id"])
    assert (second["quote"]["state"], second["quote"]["quoted_status"]["id"]) == (
        "accepted",
        first["id"],
    )
    assert third["quote"]["quoted_status"]["quote"] == {
        "state": "accepted",
        "quoted_status_id": first["id"],
    }
    told = api.get(f"/api/v1/statuses/{first['id']}/quotes")
    assert [each["id"] for each in told] == [second["id"]]
    shown = api.get(f"/api/v1/statuses/{first['id']}")
    assert (shown["quotes_count"], told[0]["quotes_count"]) == (1, 1)
    assert shown["quote_approval"]["current_user"] == "automatic"
    assert api.get(f"/api/v1/statuses/{third['id']}/quotes") == []
    check("Status", [shown, second, third])


def test_why_a_quote_is_not_shown_is_said(api: Api) -> None:
    first = api.post("/api/v1/statuses", status="said")
    second = api.post("/api/v1/statuses", status="so true", quoted_status_id=first["id"])
    third = api.post("/api/v1/statuses", status="indeed", quoted_status_id=second["id"])
    post = api.desk.find_post(second["id"])
    gone = EntryRef(FeedId(b"g" * 32), Hash(b"h" * 32), 3)
    for state, quotes, told in (
        ("withdrawn", gone, "deleted"),
        ("absent", gone, "unauthorized"),
        ("unshown", post.quotes, "unauthorized"),  # here, and of somebody blocked
    ):
        lost = replace(post, quotes=quotes, quoted=Quoted(state=state))
        api.desk.posts[api.desk.posts.index(api.desk.find_post(second["id"]))] = lost
        shown = api.get(f"/api/v1/statuses/{second['id']}")
        assert shown["quote"] == {"state": told, "quoted_status": None}
        quoting = api.get(f"/api/v1/statuses/{third['id']}")["quote"]["quoted_status"]
        assert quoting["quote"] == {"state": told, "quoted_status_id": None}
