"""Bookmarks, lists, blocks and filters on the page, without script."""

import re

from swarmfeed.core.asks.blocking import BlockAll, BlockedNow
from swarmfeed.core.asks.filters import (
    ListFilters,
    RemoveFilter,
    SetFilter,
    WordFilter,
    WordFilters,
)
from swarmfeed.core.asks.people_lists import (
    AddToList,
    CreateList,
    ListTimeline,
    PeopleList,
    PeopleLists,
    ShowLists,
)
from swarmfeed.core.asks.posts import Posts, ref_text
from swarmfeed.core.base.address import format_author

from tests.web.conftest import Site


def test_a_post_is_saved_found_again_and_let_go(site: Site) -> None:
    assert "Nothing saved yet" in site.get("/saved").text
    post = site.desk.posts[0]
    wish = {"ref": ref_text(post.ref), "back": "/saved"}
    assert site.post("/bookmark", wish).headers["Location"].startswith("/saved#")
    page = site.get("/saved").text
    assert post.text[:20] in page and 'formaction="/unbookmark"' in page
    site.post("/unbookmark", wish)
    assert site.desk.changed == ["bookmark", "unbookmark"]
    assert "Nothing saved yet" in site.get("/saved").text


def test_somebody_is_blocked_and_unblocked_from_their_page(site: Site) -> None:
    post = next(each for each in site.desk.posts if each.author_id != site.desk.me)
    who = format_author(post.author_id)
    assert site.post("/block", {"who": who}).headers["Location"] == f"/authors/{who}"
    page = site.get(f"/authors/{who}").text
    assert 'class="badge">blocked' in page and "they can still read" in page
    assert post.author_name in site.get("/not-shown").text
    shared = site.get("/blocked.txt")
    assert shared.mimetype == "text/plain" and who in shared.text
    site.post("/unblock", {"who": who})
    assert site.desk.changed == ["block", "unblock"]
    assert site.post("/block", {"who": format_author(site.desk.me)}).status_code == 400


def test_a_list_of_blocked_people_is_taken_over(site: Site) -> None:
    asked: list[BlockAll] = []

    def block_all(_: object, ask: BlockAll) -> BlockedNow:
        asked.append(ask)
        return BlockedNow(blocked=2, already=1)

    site.desk.rows[BlockAll] = block_all
    done = site.post("/block-all", {"who": "# of a friend\r\na\r\nb\r\n"})
    assert asked == [BlockAll(who=("a", "b"))]
    assert "Blocked 2 people; 1 was blocked before." in site.get(done.headers["Location"]).text


def test_words_are_filtered_and_a_covered_post_says_why(site: Site) -> None:
    asked: list[object] = []
    kept = WordFilters(filters=(WordFilter(words="<b>cat", hides=False, until_ms=None),))

    def note(_: object, ask: object) -> WordFilters:
        asked.append(ask)
        return kept

    for kind in (SetFilter, RemoveFilter, ListFilters):
        site.desk.rows[kind] = note
    site.post("/filters", {"words": "<b>cat", "how": "warn", "days": "7"})
    page = site.get("/not-shown").text
    assert "&lt;b&gt;cat" in page and "covered" in page
    site.post("/filters/remove", {"words": "<b>cat"})
    assert asked == [
        SetFilter(words="<b>cat", hides=False, days=7),
        ListFilters(),
        RemoveFilter(words="<b>cat"),
    ]


def test_a_list_is_made_filled_and_read(site: Site) -> None:
    asked: list[object] = []
    people = (next(each for each in site.desk.authors.values() if each.followed),)

    def note(_: object, ask: object) -> PeopleLists:
        asked.append(ask)
        return PeopleLists(lists=(PeopleList(called="My <choir>/1", people=people),))

    for kind in (CreateList, AddToList, ShowLists):
        site.desk.rows[kind] = note
    shown = Posts(posts=(site.desk.posts[0],), next=None)
    site.desk.rows[ListTimeline] = lambda _, ask: shown if ask.called == "Choir" else None
    site.post("/lists", {"called": "Choir", "who": "somebody"})
    assert asked == [CreateList(called="Choir"), AddToList(called="Choir", who="somebody")]
    page = site.get("/lists").text
    assert "My &lt;choir&gt;/1" in page and people[0].name in page
    assert re.search(r'<a href="/lists/My%20%3Cchoir%3E', page)
    assert site.desk.posts[0].text[:20] in site.get("/lists/Choir").text


def test_a_thread_is_muted_from_any_post_of_it_and_unmuted(site: Site) -> None:
    reply = next(each for each in site.desk.posts if each.reply_to is not None)
    page = f"/posts/{reply.id}"
    assert 'action="/threads/mute"' in site.get(page).text
    there = site.post("/threads/mute", {"ref": ref_text(reply.ref), "back": page})
    assert there.headers["Location"] == f"{page}#thread-muted"
    assert "You muted this thread" in site.get(page).text
    assert "Hello, swarm." in site.get("/not-shown").text, "what stands above all"
    other = next(
        each for each in site.desk.posts if each.text not in (reply.text, "Hello, swarm.")
    )
    assert "You muted this thread" not in site.get(f"/posts/{other.id}").text
    site.post("/threads/unmute", {"ref": ref_text(reply.ref), "back": page})
    assert 'action="/threads/mute"' in site.get(page).text
    assert site.desk.changed == ["mute-thread", "unmute-thread"]


def test_a_note_about_somebody_stands_on_their_page(site: Site) -> None:
    other = next(each for each in site.desk.authors.values() if each.name and not each.is_self)
    who = format_author(other.author_id)
    form = {"who": who, "note": "<b>bass</b>\r\nsince 2019"}
    assert site.post("/notes", form).headers["Location"] == f"/authors/{who}"
    page = site.get(f"/authors/{who}").text
    assert "\n&lt;b&gt;bass&lt;/b&gt;\nsince 2019</textarea>" in page
    assert 'action="/notes"' not in site.get(f"/authors/{format_author(site.desk.me)}").text
    refused = site.post("/notes", {"who": who, "note": "x" * 2_001})
    assert refused.status_code == 400 and "x" * 2_001 in refused.text, "and nothing is lost"
