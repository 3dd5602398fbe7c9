"""Pictures beside names on the page, and how one chooses them."""

from io import BytesIO

import pytest
from msgspec import Struct
from msgspec.structs import replace
from swarmfeed.core.asks.faces import Face, FaceList, Faces, asked_for
from swarmfeed.core.asks.limits import FACES_AT_ONCE_MAX
from swarmfeed.core.asks.media import AWAY, Attached, Upload, Uploaded
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.profile import ChangeProfile
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from webui.faces import emblem, expect

from tests.web.conftest import OWN, URL, Site
from tests.web.test_media import BEE, BEE_URL


class Named(Struct, frozen=True):
    """Something on a page that names somebody."""

    author_id: AuthorId


def shows(site: Site, state: str) -> str:
    """Let the person here show a bee, and return the page of posts."""
    avatar = replace(BEE, state=state)

    def faces(_: object, ask: Faces) -> FaceList:
        mine = [each for each in asked_for(ask.authors) if each == site.desk.me]
        return FaceList(faces=tuple(Face(author=each, avatar=avatar) for each in mine))

    site.desk.rows[Faces] = faces
    return site.get("/").text


def test_who_shows_a_picture_has_it_beside_the_name_everywhere_once_it_is_here(
    site: Site,
) -> None:
    mine = f'<img class="emblem" src="{BEE_URL}/small" alt="" width="88" height="88">'
    page = shows(site, "here")
    assert mine in page
    assert '<svg class="emblem"' in page, "of the others, the pattern of their keys"
    assert mine not in shows(site, AWAY)


def test_all_people_of_a_page_are_asked_for_at_once_and_its_drawing_shows_them_too(
    site: Site,
) -> None:
    avatar, asked = replace(BEE, state="here"), []

    def faces(_: object, ask: Faces) -> FaceList:
        people = asked_for(ask.authors)
        asked.append(people)
        return FaceList(faces=tuple(Face(author=each, avatar=avatar) for each in people))

    site.desk.rows[Faces] = faces
    page = site.get("/").text
    (people,) = asked
    assert len(people) > 1 and site.desk.me in people
    assert '<svg class="emblem"' not in page
    assert f'<image href="{BEE_URL}/small"' in site.get("/network").text


def test_of_very_many_people_two_hundred_are_asked_for_at_once(site: Site) -> None:
    asked: list[int] = []

    def nobody(_: object, ask: Faces) -> FaceList:
        asked.append(len(asked_for(ask.authors)))
        return FaceList(faces=())

    site.desk.rows[Faces] = nobody
    people = [AuthorId(number.to_bytes(2, "big") * 16) for number in range(1_000)]
    with site.app.test_request_context(base_url=URL):
        expect({"list": [Named(each) for each in people]})
        for each in people[:250]:
            assert emblem(each).startswith("<svg")
    assert len(asked) == 2 and max(asked) <= FACES_AT_ONCE_MAX


@pytest.mark.attack("A241")
def test_a_profile_shows_the_pattern_of_the_key_too_and_the_banner(site: Site) -> None:
    me = site.desk.me
    view: AuthorView = site.desk.authors[me]
    site.desk.authors[me] = replace(view, avatar=BEE, banner=BEE)
    shows(site, "here")
    page = site.get(f"/authors/{format_author(me)}").text
    assert f'<img class="banner" src="{BEE_URL}/whole" alt=""' in page
    assert 'title="The pattern of their key' in page
    site.desk.authors[me] = replace(view, banner=replace(BEE, state=AWAY))
    page = site.get(f"/authors/{format_author(me)}").text
    assert 'class="banner"' not in page and "The pattern of their key" not in page


def test_pictures_of_the_profile_are_handed_over_and_taken_away(site: Site) -> None:
    wishes: list[ChangeProfile] = []

    def change(_: object, ask: ChangeProfile) -> AuthorView:
        wishes.append(ask)
        return site.desk.authors[site.desk.me]

    site.desk.rows[ChangeProfile] = change
    site.desk.rows[Upload] = lambda _, ask: Uploaded(upload="u" * 32, size_bytes=len(ask.data))
    browser = site.browser()
    form = {
        "form_key": site.form_key(browser),
        "name": "Ada",
        "bio": "",
        "picture": (BytesIO(b"x" * 400_000), "me.jpg"),
        "banner": (BytesIO(b""), ""),
        "no_banner": "1",
    }
    done = browser.post(
        "/me/profile", base_url=URL, headers=OWN, data=form, content_type="multipart/form-data"
    )
    assert done.status_code == 303
    (wish,) = wishes
    assert wish.avatar == Attached(upload="u" * 32, file_name="me.jpg")
    assert wish.banner == Attached(upload="")
    site.post("/me/profile", {"name": "Ada", "bio": ""})
    assert (wishes[-1].avatar, wishes[-1].banner) == (None, None)
