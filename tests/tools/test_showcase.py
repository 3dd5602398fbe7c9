"""The world that pictures of the pages are made of."""

import re

import pytest
from showcase.main import pages
from showcase.world import ShownDesk
from swarmfeed.core.base.address import format_author

from tests.web.conftest import Site, app, site

__all__ = ["app", "site"]  # fixtures


@pytest.mark.slow
def test_there_is_something_to_see_on_each_page(site: Site) -> None:
    desk = ShownDesk()
    site.desk.__dict__.update(desk.__dict__)
    shown = {name: site.get(path) for name, path in pages(desk).items()}
    assert {answer.status_code for answer in shown.values()} == {200}
    names = {"home": "Rui", "notices": "</bdi> boosted your post", "circles": "Choir"}
    names |= {"people": "Followed by Ada Lind and Mira Aaltonen", "web": "The Lamp Room"}
    names |= {"preview": "2 machines that this one is linked with", "lists": "Harbour"}
    names |= {
        "not-shown": "world cup",
        "saved": 'aria-label="Saved posts"',
        "drafts": "my aunt",
    }
    names |= {"start-people": "Júlia Prat"}
    names |= {"log": "listening on port 4711", "history": "212 histories are here"}
    assert [name for name, words in names.items() if words not in shown[name].text] == []
    face = f'<a href="/messages/with/{format_author(desk.people["Ada Lind"])}">'
    assert shown["messages"].text.count(face) == 1


def test_what_nobody_has_fetched_is_not_here(site: Site) -> None:
    site.desk.__dict__.update(ShownDesk().__dict__)
    media = {*re.findall(r'data-medium="([0-9a-f]{64})"', site.get("/").text)}
    here = {*site.get(f"/media/here?ids={','.join(media)}").json["here"]}
    assert len(media) > 1 and len(media - here) == 1, "all but a sound"
