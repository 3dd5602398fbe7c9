"""Name, bio and the pinned post on the page, without script."""

from html import unescape

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.people import Whoami, WhoAreYou
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import COMBINING_MARKS_MAX
from swarmfeed.core.feed.kinds import ProfileBody, decode_body, encode_body
from swarmfeed.core.feed.profile_field import ProfileField

from tests.web.conftest import Site


def author_page(site: Site, query: str = "") -> str:
    return site.get(f"/authors/{format_author(site.desk.me)}{query}").text


def test_the_form_holds_what_others_see_and_changes_it(site: Site) -> None:
    page = site.get("/me").text
    assert 'name="name"' in page and 'value="Ada"' in page
    assert "Keeps her own history.</textarea>" in page
    answer = site.post("/me/profile", {"name": " Ada L. ", "bio": "Two\r\nlines"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
    assert site.desk.authors[site.desk.me].bio == "Two\nlines"
    page = site.get("/me").text
    assert 'value="Ada L."' in page and "Two\nlines</textarea>" in page


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"name": " ", "bio": "stays"}, "name", "1 to 64"),
        ({"name": "\u3164", "bio": "stays"}, "name", "can be seen"),
        ({"name": "Kept <b>", "bio": "b" * 1001}, "bio", "1,001 characters"),
    ],
)
def test_what_is_refused_stays_in_its_field_with_the_reason(
    site: Site, form: dict[str, str], field: str, said: str
) -> None:
    answer = site.post("/me/profile", form)
    assert answer.status_code == 400
    page = unescape(answer.text)
    assert said in page.split('role="alert">')[1].split("</p>")[0]
    assert f'id="{field}"' in page.split('aria-invalid="true"')[0].rsplit("<", 1)[1]
    assert f"{form['bio']}</textarea>" in page
    assert f'value="{form["name"]}"' in page
    assert site.desk.changed == []


def test_a_pinned_post_stands_once_on_top_marked_and_can_be_put_back(site: Site) -> None:
    first = site.desk.add_post(site.desk.me, "read this first")
    site.desk.add_post(site.desk.me, "newer", first.time_ms + 1)
    page = author_page(site)
    assert page.index("newer") < page.index("read this first")
    assert 'aria-label="Pinned post"' not in page
    answer = site.post("/pin", {"ref": ref_text(first.ref)})
    assert answer.status_code == 303
    page = author_page(site)
    assert page.index("Pinned") < page.index("read this first") < page.index("newer")
    assert page.count(">read this first</div>") == 1
    assert page.count('action="/unpin"') == 1
    cursor = f"?before={first.cursor.time_ms + 9}-0"
    assert 'aria-label="Pinned post"' not in author_page(site, cursor)
    thread = site.get(f"/posts/{first.id}").text
    assert 'action="/unpin"' in thread and 'action="/pin"' not in thread
    assert site.post("/unpin", {}).status_code == 303
    assert 'aria-label="Pinned post"' not in author_page(site)
    assert 'action="/pin"' in site.get(f"/posts/{first.id}").text


def test_nobody_pins_what_others_wrote(site: Site) -> None:
    foreign = site.desk.posts[0]
    author = format_author(foreign.author_id)
    assert "/pin" not in site.get(f"/authors/{author}").text
    assert "/pin" not in site.get(f"/posts/{foreign.id}").text
    answer = site.post("/pin", {"ref": ref_text(foreign.ref)})
    assert answer.status_code == 400
    assert site.desk.changed == []


def test_what_others_pinned_is_on_top_of_their_page(site: Site) -> None:
    theirs = next(each for each in site.desk.posts if each.author_id != site.desk.me)
    site.desk.pinned[theirs.author_id] = theirs
    page = site.get(f"/authors/{format_author(theirs.author_id)}").text
    assert 'aria-label="Pinned post"' in page
    assert "/unpin" not in page


def test_a_page_of_somebody_shows_one_kind_at_a_time(site: Site) -> None:
    page = author_page(site)
    for show in ("posts", "replies", "media", "boosts"):
        assert f"?show={show}" in page
    shown = author_page(site, "?show=replies")
    assert 'aria-current="page">Replies</a>' in shown
    mine = [each for each in site.desk.posts if each.author_id == site.desk.me]
    assert ("None of these are here" in shown) != any(each.reply_to for each in mine)


def test_a_link_is_said_to_tell_where_the_machine_is_only_where_it_does(site: Site) -> None:
    assert "where your machine can be found" in site.get("/me").text
    known = site.desk.rows[WhoAreYou]

    def nowhere(desk: object, asked: WhoAreYou) -> Whoami:
        me: Whoami = known(desk, asked)
        return replace(me, link=me.link.partition("&at=")[0])

    def at_home(desk: object, asked: WhoAreYou) -> Whoami:
        me = nowhere(desk, asked)
        return replace(me, link=f"{me.link}&at=192.168.1.5:4711&at=10.8.0.2:4711")

    site.desk.rows[WhoAreYou] = nowhere
    page = site.get("/me").text
    assert "where your machine can be found" not in page
    assert "nothing of where your machine is" in page
    site.desk.rows[WhoAreYou] = at_home
    page = site.get("/me").text
    assert "where your machine can be found" not in page
    assert "where your machine is in your own network" in page


DETAILS = {
    "label1": "Website",
    "text1": "https://example.org/me?a=b&c=d",
    "label3": "<b>Town</b>",
    "text3": "<script>alert(1)</script> Łódź",
}


def test_details_are_shown_and_nothing_says_they_are_true(site: Site) -> None:
    assert site.post("/me/profile", {"name": "Ada", **DETAILS}).status_code == 303
    page = site.get("/me").text
    assert 'name="label2" type="text" maxlength="40" dir="auto" value="&lt;b&gt;Town' in page
    own = author_page(site)
    assert (
        '<dt dir="auto">Website</dt><dd dir="auto"><a href="https://example.org/me?a=b&amp;c=d"'
        ' rel="me noopener noreferrer nofollow" target="_blank">'
    ) in own
    assert '<dt dir="auto">&lt;b&gt;Town&lt;/b&gt;</dt>' in own
    assert "<script>alert" not in own
    # Of somebody else it is their word alone.
    other = next(each for each in site.desk.authors if each != site.desk.me)
    fields = site.desk.authors[site.desk.me].fields
    site.desk.authors[other] = replace(site.desk.authors[other], fields=fields)
    shown = site.get(f"/authors/{format_author(other)}").text
    assert 'rel="noopener noreferrer nofollow"' in shown
    details = shown.split('<dl class="details">')[1].split("</dl>")[0]
    assert 'rel="me' not in shown
    assert "svg" not in details and "verified" not in shown.lower()


HOSTILE = (
    ProfileField("\u202eetisbeW\n<i>", "javascript:alert(1)"),
    ProfileField("l" * 40, "https://p\u0430ypal.example/\u202e\nmoc.elpmaxe"),
    ProfileField("\u2066", 'https://evil.example/"onmouseover="alert(1)'),
    ProfileField("a\0b", "W" * 75 + "\u0301" * 75),
)
"""As a program signs them that is not ours: a body may have each."""


@pytest.mark.attack("A05")
@pytest.mark.attack("A07")
def test_details_that_somebody_else_signed_show_what_they_are(site: Site) -> None:
    assert decode_body("profile", encode_body(ProfileBody("x", fields=HOSTILE), bytes(16)))
    other = next(each for each in site.desk.authors if each != site.desk.me)
    site.desk.authors[other] = replace(site.desk.authors[other], fields=HOSTILE)
    shown = site.get(f"/authors/{format_author(other)}").text
    details = shown.split('<dl class="details">')[1].split("</dl>")[0]
    assert (
        '<dt dir="auto">etisbeW &lt;i&gt;</dt><dd dir="auto">javascript:alert(1)</dd>'
        in details
    )
    assert not set(details) & set("\0\u202e\u2066")
    assert "xn--" in details and " onmouseover" not in details
    assert details.count("<dt") == details.count("<dd") == 4
    assert details.count("\u0301") <= COMBINING_MARKS_MAX


def test_a_detail_that_is_refused_stays_in_its_field_with_the_reason(site: Site) -> None:
    answer = site.post("/me/profile", {"name": "Ada", **DETAILS, "text1": "x" * 151})
    assert answer.status_code == 400
    assert "at most 150 characters" in answer.text.split('role="alert">')[1].split("</p>")[0]
    assert f'value="{"x" * 151}"' in answer.text
    assert 'class="details-fields" aria-describedby="profile-wrong"' in answer.text
    assert site.desk.changed == []


def test_who_clears_them_has_none(site: Site) -> None:
    site.post("/me/profile", {"name": "Ada", **DETAILS})
    site.post("/me/profile", {"name": "Ada", "label1": "", "text1": " "})
    assert site.desk.authors[site.desk.me].fields == ()
    assert '<dl class="details">' not in author_page(site)
