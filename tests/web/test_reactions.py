"""Likes, boosts, quotes, covers and languages on the page, without script."""

import re

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.reactions import OwnReaction
from swarmfeed.core.base.address import format_address

from tests.web.conftest import Site


def newest(site: Site) -> PostView:
    return max(site.desk.posts, key=lambda post: post.cursor)


def buttons(html: str) -> list[tuple[str, str]]:
    """Where the buttons under the first post lead, and what their numbers say."""
    number = r".*?class=\"number\">(\d*)<"
    found = re.findall(
        r'<button class="act \w+" aria-pressed="\w+" formaction="/(\w+)"' + number,
        html,
        re.DOTALL,
    )
    return found[:2]


def test_what_is_pressed_is_done_and_leads_back_to_the_post(site: Site) -> None:
    post = newest(site)
    assert buttons(site.get("/").text) == [("boost", ""), ("like", "")]
    for what in ("like", "boost"):
        done = site.post(f"/{what}", {"ref": ref_text(post.ref), "back": "/?before=1.2"})
        place = f"/?before=1.2#{post.ref.entry_hash.hex()[:16]}"
        assert (done.status_code, done.headers["Location"]) == (303, place)
    assert buttons(site.get("/").text) == [("unboost", "1"), ("unlike", "1")]
    page = site.get(f"/posts/{post.id}").text
    assert "1 like, 1 boost" in page
    who = re.search(r'href="(/reactions/[^"]+)"', page)
    assert who is not None
    assert re.findall(r"Nobody whose posts are here (\w+)", site.get(who[1]).text) == ["quotes"]
    for what in ("unlike", "unboost"):
        site.post(f"/{what}", {"ref": ref_text(post.ref), "back": "/"})
    assert buttons(site.get("/").text) == [("boost", ""), ("like", "")]
    assert site.desk.changed == ["like", "boost", "unlike", "unboost"]
    assert site.get(who[1]).text.count("Nobody") == 3


def test_what_was_said_of_a_post_that_is_gone_is_taken_back(site: Site) -> None:
    assert "Nothing to take back" in site.get("/reactions/left").text
    shown = newest(site)
    ref = replace(shown.ref, index=4_000)
    said = OwnReaction(ref=ref, liked=True, boosted=False, time_ms=1, author_id=shown.author_id)
    site.desk.left = (said,)
    place = f"/posts/{ref_text(ref)}"
    for path in (place, "/reactions/left"):
        page = site.get(path)
        assert page.status_code == 200 and "You like it." in page.text
        assert f'name="ref" value="{ref_text(ref)}"' in page.text
    done = site.post("/take-back", {"ref": ref_text(ref)})
    assert (done.status_code, done.headers["Location"]) == (303, "/reactions/left")
    assert site.desk.changed == ["take-back"] and site.get(place).status_code == 404


@pytest.mark.attack("A251")
@pytest.mark.parametrize(
    "back",
    [
        "//evil.example/x",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "",
        "x",
    ],
)
def test_a_button_leads_to_no_other_site(site: Site, back: str) -> None:
    done = site.post("/like", {"ref": ref_text(newest(site).ref), "back": back})
    assert done.headers["Location"].startswith("/#")


def test_a_quote_is_written_and_shown_as_a_card(site: Site) -> None:
    quoted = newest(site)
    url = f"/quote/{ref_text(quoted.ref)}"
    form = site.get(url).text
    assert f'name="quote" value="{ref_text(quoted.ref)}"' in form and quoted.text in form
    site.post("/posts", {"text": "so true", "quote": ref_text(quoted.ref), "once": "q1"})
    page = site.get("/").text
    card = page[page.index('class="quote-post"') :]
    assert quoted.text in card[: card.index("</a>")]


def test_a_warning_covers_a_text_and_a_reply_starts_with_it(site: Site) -> None:
    wish = {"text": "he <dies>", "cw": "the <end>", "lang": "de", "once": "w1"}
    assert site.post("/posts", wish).status_code == 303
    post = newest(site)
    assert (post.cw, post.lang) == ("the <end>", "de")
    page = site.get(f"/posts/{post.id}").text
    covered = page[page.index('<details class="covered">') :]
    assert "the &lt;end&gt;" in covered[: covered.index("</summary>")]
    assert 'class="text e-content" dir="auto" lang="de">he &lt;dies&gt;' in page
    assert 'name="cw" type="text" value="the &lt;end&gt;"' in page
    # What was chosen last is offered next time.
    assert '<option value="de" selected lang="de">Deutsch</option>' in site.get("/").text


def test_what_is_wrong_with_a_warning_is_said_and_all_that_was_typed_is_kept(
    site: Site,
) -> None:
    answer = site.post("/posts", {"text": "long words", "cw": "w" * 201, "once": "w2"})
    assert answer.status_code == 400
    assert "long words" in answer.text and "w" * 201 in answer.text
    assert "at most 200 characters" in answer.text


def test_who_quotes_a_post_is_said_below_it_and_listed(site: Site) -> None:
    post = site.desk.posts[0]
    place = f"{format_address(post.ref.feed_id)}/{post.ref.index}"
    assert "#quotes" not in site.get(f"/posts/{post.id}").text
    assert "Nobody whose posts are here quotes it yet" in site.get(f"/reactions/{place}").text
    site.post("/posts", {"text": "so <b>true</b>", "quote": ref_text(post.ref)})
    page = site.get(f"/posts/{post.id}").text
    assert f'href="/reactions/{place}#quotes">1 quote</a>' in page
    listed = site.get(f"/reactions/{place}").text
    assert "so &lt;b&gt;true" in listed and "Nobody whose posts are here quotes" not in listed
