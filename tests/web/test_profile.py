"""Name, bio and the pinned post on the page, without script."""

from html import unescape

import pytest
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_author

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
