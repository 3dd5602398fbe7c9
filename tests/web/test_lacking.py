"""Gaps in timelines, holes in threads: who is asked, and that it is said when they come."""

from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from street.fakes.samples import key
from swarmfeed.core.asks.gap_sentences import asked
from swarmfeed.core.asks.gaps import AskAround, AskedAround, Gap, Gaps, WhatIsMissing
from swarmfeed.core.asks.posts import ABSENT, Answered, NamedPosts, Posts, Quoted, ref_text
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash

from tests.web.conftest import Site

MIRA = AuthorId(key("Mira Lindqvist"))
ELSEWHERE = EntryRef(FeedId(b"f" * 32), Hash(b"h" * 32), 7)


def with_a_gap(site: Site) -> str:
    """The name of a post below which something is missing."""
    post = site.desk.add_post(MIRA, "newest")
    gap = Gap(ref=post.ref, author_id=MIRA, author_name="Mira <b>", count=3)
    site.desk.rows[WhatIsMissing] = lambda _, ask: Gaps(
        gaps=(gap,) if ref_text(post.ref) in ask.refs else ()
    )
    return ref_text(post.ref)


def test_a_gap_stands_below_the_post_it_belongs_to(site: Site) -> None:
    name = with_a_gap(site)
    site.desk.add_post(MIRA, "oldest", site.desk.posts[-1].time_ms - 5)
    for path in ("/", f"/authors/{format_author(MIRA)}"):
        page = site.get(path).text
        assert page.index("newest") < page.index(f'data-gap="{name}"') < page.index("oldest")
        assert "Up to 3 posts are not on this machine yet" in page
        assert "Mira &lt;b&gt;" in page and "<b>More of" in page


def test_asking_leads_back_and_says_what_it_came_to(site: Site) -> None:
    wanted: list[str] = []

    def ask_around(_: FakeDesk, ask: AskAround) -> AskedAround:
        wanted.append(ask.who)
        return AskedAround(machines=2, sentence=asked(2))

    site.desk.rows[AskAround] = ask_around
    form = {"who": format_author(MIRA), "back": "/?before=5-6"}
    answer = site.post("/ask-around", form)
    assert answer.headers["Location"] == "/?before=5-6&asked=2#asked"
    assert wanted == [format_author(MIRA)]
    assert "2 machines that are here now were asked." in site.get("/?asked=2").text
    assert "Nobody is here now who could be asked." in site.get("/?asked=0").text
    for nonsense in ("x", "-1", "9999999", "%D9%A3"):
        assert 'id="asked"' not in site.get(f"/?asked={nonsense}").text


def test_a_hole_can_be_asked_for_if_it_is_known_whose_it_is(site: Site) -> None:
    post = site.desk.add_post(MIRA, "an answer")
    for author_id in (MIRA, None):
        absent = Answered(state=ABSENT, author_id=author_id, author_name="")
        quoted = Quoted(state=ABSENT, author_id=author_id)
        site.desk.posts[-1] = shown = replace(
            post, reply_to=ELSEWHERE, answers=absent, quotes=ELSEWHERE, quoted=quoted
        )
        page = site.get(f"/posts/{shown.id}").text
        assert page.count(f'data-hole="{ref_text(ELSEWHERE)}"') == 2
        assert page.count('action="/ask-around"') == (2 if author_id else 0)


def test_an_open_page_hears_what_came(site: Site) -> None:
    gap = with_a_gap(site)
    post = site.desk.posts[0]
    site.desk.rows[NamedPosts] = lambda _, ask: Posts(posts=(post,), next=None)
    hole, filled = ref_text(post.ref), ref_text(ELSEWHERE)
    answer = site.get(f"/came?holes={hole}&gaps={gap},{filled}")
    assert answer.json == {"came": [hole, filled]}
    assert site.get("/came").json == {"came": []}
