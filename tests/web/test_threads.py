"""Threads on the page: all of them is reached, and each reply says what it answers."""

import re

import pytest
from msgspec.structs import replace
from street.fakes.samples import NOON_MS, key
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.limits import PAGE_POSTS, THREAD_ABOVE_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, Hash

from tests.web.conftest import Site

MIRA, INES = AuthorId(key("Mira Lindqvist")), AuthorId(key("Ines Okafor"))


def anchor(post: PostView) -> str:
    return post.ref.entry_hash.hex()[:16]


def ask_and_answer(site: Site, count: int) -> tuple[PostView, list[PostView]]:
    asked = site.desk.add_post(MIRA, "What is new?", NOON_MS)
    return asked, [
        site.desk.add_post(INES, f"answer {number}.", NOON_MS + number, asked.ref)
        for number in range(count)
    ]


def chain(site: Site, count: int) -> list[PostView]:
    found = [site.desk.add_post(MIRA, "link 0.", NOON_MS)]
    for number in range(1, count):
        found.append(
            site.desk.add_post(INES, f"link {number}.", NOON_MS + number, found[-1].ref)
        )
    return found


def follow(page: str, label: str) -> str:
    """Where the link of that name leads."""
    (found,) = re.findall(rf'<a[^>]*href="([^"]*)"[^>]*>{label}</a>', page)
    return str(found).replace("&amp;", "&")


@pytest.mark.attack("A74")
def test_more_replies_than_fit_on_a_page_are_reached(site: Site) -> None:
    asked, answers = ask_and_answer(site, 2 * PAGE_POSTS + 30)
    path, seen = f"/posts/{asked.id}", set()
    while path:
        page = site.get(path).text
        assert f"{len(answers)} replies" in page
        seen |= {each.text for each in answers if f">{each.text}<" in page}
        path = follow(page, "More replies") if "More replies</a>" in page else ""
    assert seen == {each.text for each in answers}


def test_the_own_new_reply_is_seen_however_many_there_are(site: Site) -> None:
    asked, _ = ask_and_answer(site, PAGE_POSTS + 30)
    answer = site.post("/posts", {"text": "And mine.", "reply_to": asked.ref.entry_hash.hex()})
    mine = site.desk.posts[-1]
    page, _, place = answer.location.partition("#")
    assert place == anchor(mine)
    shown = site.get(page).text
    assert f'id="{place}"' in shown and "And mine." in shown
    assert follow(shown, "From the first reply") == f"/posts/{asked.id}#replies"


def test_deep_replies_are_indented_to_a_bound(site: Site) -> None:
    first = chain(site, 9)[0]
    page = site.get(f"/posts/{first.id}").text
    depths = re.findall(r'class="post reply in-(\d) h-entry"', page)
    assert list(map(int, depths)) == [0, 1, 2, 3, 3, 3, 3, 3]
    assert "8 replies, 1 of them to this post" in page
    # Each stands right under what it answers: that need not be said.
    assert page.count('class="answers"') == 0


def test_a_reply_that_stands_away_from_what_it_answers_says_what_that_is(site: Site) -> None:
    asked, (one, *_) = ask_and_answer(site, 1)
    for text in ("first to it", "second to it"):
        site.desk.add_post(MIRA, text, NOON_MS + 10 + len(text), one.ref)
    page = site.get(f"/posts/{asked.id}").text
    assert page.count('class="answers"') == 1
    assert "Answering <bdi>Ines Okafor</bdi>: <bdi>answer 0.</bdi>" in page


def test_the_beginning_of_a_long_conversation_is_reached(site: Site) -> None:
    links = chain(site, 2 * THREAD_ABOVE_MAX + 15)
    path, steps = f"/posts/{links[-1].id}", 0
    while "Earlier in this conversation" in (page := site.get(path).text):
        path, steps = follow(page, "Earlier in this conversation"), steps + 1
        path = site.get(path).location or path
    assert steps == 2
    assert ">link 0.<" in page and 'class="hole"' not in page


def test_where_replies_are_too_deep_the_conversation_goes_on_at_the_last(site: Site) -> None:
    links = chain(site, 105)
    page = site.get(f"/posts/{links[50].id}?start={links[100].id}").text
    assert ">link 104.<" in page
    page = site.get(f"/posts/{links[0].id}?start={links[99].id}").text
    assert ">link 101.<" not in page
    assert follow(page, "Continue this conversation") == f"/posts/{links[100].id}#replies"


def test_a_start_that_is_not_in_the_thread_is_refused_in_words(site: Site) -> None:
    asked, _ = ask_and_answer(site, 1)
    answer = site.get(f"/posts/{asked.id}?start={site.desk.posts[0].id}")
    assert answer.status_code == 404
    assert "not in this thread" in answer.text


def test_a_reply_on_a_timeline_names_and_quotes_what_it_answers(site: Site) -> None:
    asked = site.desk.add_post(MIRA, "The library has a scanner <b>now</b>", NOON_MS)
    site.desk.add_post(site.desk.me, "Ours too.", NOON_MS + 1, asked.ref)
    for path in ("/", "/search?q=Ours"):
        page = site.get(path).text
        said = (
            "<bdi>Mira Lindqvist</bdi>: <bdi>The library has a scanner &lt;b&gt;now&lt;/b&gt;"
        )
        assert f"Answering {said}</bdi>" in page
    link = re.search(r'class="answers">.*?<a href="([^"]*)"', page, re.DOTALL)
    assert link is not None
    assert site.get(link[1]).location == f"/posts/{asked.id}"


def test_answers_to_the_reader_and_to_what_is_not_here(site: Site) -> None:
    mine = site.desk.add_post(site.desk.me, "Mine.", NOON_MS)
    site.desk.add_post(MIRA, "To you.", NOON_MS + 1, mine.ref)
    site.desk.add_post(site.desk.me, "To me.", NOON_MS + 2, mine.ref)
    missing = EntryRef(mine.ref.feed_id, Hash(bytes(32)), 9999)
    site.desk.add_post(MIRA, "To what is gone.", NOON_MS + 3, missing)
    page = site.get("/").text
    assert "Answering you: <bdi>Mine.</bdi>" in page
    assert "Answering yourself: <bdi>Mine.</bdi>" in page
    assert "Answering a post that is not here" in page


@pytest.mark.parametrize(("lines", "clamped"), [(5, False), (200, True)])
def test_a_long_post_is_shown_in_part_among_others_and_whole_alone(
    site: Site, lines: int, clamped: bool
) -> None:
    text = "\n".join(f"line {number}" for number in range(lines))
    post = site.desk.add_post(MIRA, text, NOON_MS)
    for path in ("/", "/search?q=line", f"/authors/{format_author(MIRA)}"):
        page = re.sub("</?mark>", "", site.get(path).text)
        assert ('class="clamp"' in page) is clamped
        assert text in page  # all of it: for screen readers, and to be found in the page
    alone = site.get(f"/posts/{post.id}").text
    assert 'class="clamp"' not in alone and text in alone


def test_only_one_thing_is_called_reply_on_a_page_without_replies(site: Site) -> None:
    post = site.desk.add_post(MIRA, "Nobody answered.", NOON_MS)
    page = site.get(f"/posts/{post.id}").text
    assert len(re.findall(r">\s*Reply\s*<", re.sub(r"<label.*?</label>", "", page))) == 1


def test_write_stays_in_the_thread(site: Site) -> None:
    post = site.desk.add_post(MIRA, "Stay.", NOON_MS)
    page = site.get(f"/posts/{post.id}").text
    assert re.search(r'class="write" href="#text"', page)
    assert re.search(r'class="write" href="/#text"', site.get("/search").text)


def test_a_withdrawn_reply_leaves_its_place_and_what_answers_it(site: Site) -> None:
    asked, (one, _) = ask_and_answer(site, 2)
    site.desk.add_post(MIRA, "still here", NOON_MS + 10, one.ref)
    at = site.desk.posts.index(next(p for p in site.desk.posts if p.ref == one.ref))
    site.desk.posts[at] = replace(site.desk.posts[at], text="", withdrawn=True, id="")
    page = site.get(f"/posts/{asked.id}").text
    assert "Withdrawn by <bdi>Ines Okafor</bdi>. Others may still have a copy." in page
    assert page.index("Withdrawn by") < page.index(">still here<")
    alone = site.get(f"/posts/{format_address(one.ref.feed_id)}/{one.ref.index}").text
    assert "Withdrawn by" in alone and "<textarea" not in alone


# --- while a page is open --------------------------------------------------------------------


def test_an_open_thread_learns_of_new_replies_and_where_the_newest_stands(site: Site) -> None:
    asked, _ = ask_and_answer(site, 2)
    page = site.get(f"/posts/{asked.id}").text
    shown = re.search(r'id="new-replies"[^>]*data-of="([^"]*)" data-seen="(\d+)" hidden', page)
    assert shown is not None
    since = f"/replies?of={shown[1]}&seen={shown[2]}"
    assert site.get(since).json == {"count": 0, "label": "Show 0 new replies", "url": ""}
    deep = site.desk.add_post(MIRA, "deep", NOON_MS + 10, site.desk.posts[-1].ref)
    told = site.get(since).json
    assert told is not None
    assert (told["count"], told["label"]) == (1, "Show 1 new reply")
    path, _, place = told["url"].partition("#")
    assert place == anchor(deep) and f'id="{place}"' in site.get(path).text
    # Another address than that of the open page, or a browser would load nothing.
    assert path == f"/posts/{asked.id}?replies=3"


def test_a_new_reply_far_behind_the_first_page_is_led_to(site: Site) -> None:
    asked, answers = ask_and_answer(site, PAGE_POSTS + 20)
    told = site.get(f"/replies?of={asked.id}&seen=69").json
    assert told is not None
    path, _, place = told["url"].partition("#")
    assert place == anchor(answers[-1]) and f'id="{place}"' in site.get(path).text


def test_a_new_reply_that_is_too_deep_for_the_thread_is_led_to_on_its_own_page(
    site: Site,
) -> None:
    links = chain(site, 110)
    told = site.get(f"/replies?of={links[0].id}&seen=108").json
    assert told is not None
    path, _, place = told["url"].partition("#")
    assert path == f"/posts/{links[-1].id}?replies=109"
    assert place == anchor(links[-1]) and f'id="{place}"' in site.get(path).text


def test_open_pages_learn_how_many_replies_their_posts_have(site: Site) -> None:
    asked, (one, two) = ask_and_answer(site, 2)
    page = site.get("/").text
    names = re.findall(r'data-name="([^"]*)"', page)
    assert asked.id in names
    told = site.get(f"/counts?posts={','.join([asked.id, one.id, two.id])}")
    assert told.json is not None
    said = {key: each["replies"] for key, each in told.json.items()}
    assert said == {anchor(asked): "2 replies", anchor(one): "", anchor(two): ""}


# --- addresses beside names ------------------------------------------------------------------


def test_the_address_stands_beside_a_name_only_where_two_look_alike(site: Site) -> None:
    site.desk.add_post(MIRA, "By Mira.", NOON_MS)
    for path in ("/", f"/posts/{site.desk.posts[-1].id}"):
        assert 'class="short address"' not in site.get(path).text
    impostor = site.desk.add_author("Mira  Lindqv\u0456st", followed=True)  # Ukrainian i
    site.desk.add_post(impostor, "By another Mira.", NOON_MS + 1)
    page = site.get("/").text
    shown = re.findall(r'class="short address" title="([^"]*)"', page)
    assert format_author(impostor) in shown
