"""The page of a person says how new it is, and what is kept back."""

from swarmfeed.core.asks.newest import HowNew
from swarmfeed.core.base.address import format_author
from swarmfeed.core.witness import sentences

from tests.web.conftest import Site


def page_of_somebody(site: Site) -> str:
    author_id = next(each for each in site.desk.authors if each != site.desk.me)
    return site.get(f"/authors/{format_author(author_id)}").text


def test_nothing_is_said_while_nobody_has_said_anything(site: Site) -> None:
    assert sentences.NOBODY_SAW() not in page_of_somebody(site)


def test_it_says_as_of_when_it_is_the_newest(site: Site) -> None:
    said = sentences.SEEN(ago=sentences.ago(20), networks=4)
    site.desk.newest = HowNew(as_of_ms=1, seen_by=4, kept_back=0, sentence=said)
    assert "newest as of 20 seconds ago: 4 others, in different networks" in page_of_somebody(
        site
    )


def test_what_is_kept_back_is_a_warning(site: Site) -> None:
    said = sentences.KEPT_BACK(entries=3, ago=sentences.ago(7_300))
    site.desk.newest = HowNew(as_of_ms=1, seen_by=2, kept_back=3, sentence=said)
    page = page_of_somebody(site)
    assert "others saw 3 newer entries 2 hours ago" in page
    assert (
        page[: page.index("3 newer entries")].rpartition("<p ")[2].startswith('class="warning"')
    )
