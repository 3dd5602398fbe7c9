"""Pictures and files on the page: chosen, shown, fetched."""

from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.media import (
    AWAY,
    COMING,
    HERE,
    UNREADABLE,
    FetchMedium,
    MediumFile,
    MediumView,
    ShowMedium,
    Upload,
    Uploaded,
)
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.types import Hash
from swarmfeed.core.media import sentences
from swarmfeed.errors import UserError
from webui.languages import language_of
from webui.pages.media import LOOKED_FOR_MAX

from tests.web.conftest import OWN, URL, Site

BEE = MediumView(
    id=Hash(b"b" * 32),
    type="image/jpeg",
    size_bytes=90_000,
    state=HERE,
    alt='A bee <on> "moss".',
    width=4,
    height=3,
)
SONG = replace(BEE, id=Hash(b"s" * 32), type="audio/ogg", alt="", file_name="song.ogg")
BEE_URL = f"/media/{BEE.id.hex()}"


def newest(site: Site) -> PostView:
    return max(site.desk.posts, key=lambda post: post.cursor)


def show(site: Site, *media: MediumView, cw: str = "") -> str:
    """Let the newest post have these, and return the page of posts."""
    post = newest(site)
    site.desk.posts[site.desk.posts.index(post)] = replace(post, media=media, cw=cw)
    return site.get("/").text


def test_a_picture_that_is_here_is_shown_with_its_size_and_its_description(site: Site) -> None:
    page = show(site, BEE)
    assert f'src="{BEE_URL}/small" alt="A bee &lt;on&gt; &#34;moss&#34;."' in page
    assert 'width="4" height="3" loading="lazy"' in page
    assert 'class="pictures one"' in page
    assert 'class="pictures three"' in show(site, BEE, BEE, BEE)
    opened = site.get(f"/posts/{newest(site).id}").text
    assert "<figcaption" in opened


def test_the_link_of_a_picture_that_nobody_described_says_what_it_is(site: Site) -> None:
    page = show(site, replace(BEE, alt=""))
    assert f'aria-label="picture, 90 kB"><img src="{BEE_URL}/small" alt=""' in page
    assert (
        "aria-label"
        not in show(site, BEE).partition(f'<img src="{BEE_URL}')[0].rpartition("<a ")[2]
    )


def test_what_is_not_here_has_a_box_that_says_so_and_fetches_it(site: Site) -> None:
    page = show(site, replace(BEE, state=AWAY))
    assert "Not fetched yet" in page
    assert "picture, 90 kB" in page
    assert f"{BEE_URL}/small" not in page
    assert "On its way" in show(site, replace(BEE, state=COMING))
    assert "cannot be shown" in show(site, replace(BEE, state=UNREADABLE))
    asked: list[FetchMedium] = []

    def fetch(_: object, ask: FetchMedium) -> MediumView:
        asked.append(ask)
        return BEE

    site.desk.rows[FetchMedium] = fetch
    ref = ref_text(newest(site).ref)
    done = site.post("/media/fetch", {"ref": ref, "number": "2", "back": "/?before=1.2"})
    assert done.status_code == 303
    assert done.headers["Location"].startswith("/?before=1.2#")
    assert asked == [FetchMedium(ref=ref, number=2)]


def test_pictures_of_a_post_are_counted_from_one(site: Site) -> None:
    show(site, BEE, replace(BEE, alt="Its moss."))
    of_post = f"/posts/{ref_text(newest(site).ref)}/media"
    assert "Its moss." in site.get(f"{of_post}/2").text
    assert [site.get(f"{of_post}/{number}").status_code for number in (0, 3)] == [404, 404]


def test_behind_a_warning_pictures_are_covered_too(site: Site) -> None:
    page = show(site, BEE, cw="Bees")
    covered = page.partition('<details class="covered">')[2].partition("<footer")[0]
    assert f"{BEE_URL}/small" in covered


def test_sound_is_played_and_a_file_is_saved(site: Site) -> None:
    url = f"/media/{SONG.id.hex()}/file"
    assert f'<audio controls preload="metadata" src="{url}"' in show(site, SONG)
    film = replace(SONG, type="video/mp4")
    assert "<video controls" in show(site, film)
    file = replace(SONG, type="application/pdf", file_name='a"b.pdf')
    assert 'download="a&#34;b.pdf"' in show(site, file)


def test_why_a_file_is_not_shown_is_said_in_the_language_of_the_person(site: Site) -> None:
    def refuse(_: object, ask: ShowMedium) -> MediumFile:
        raise UserError(sentences.ONLY_AS_PICTURE())

    site.desk.rows[ShowMedium] = refuse
    answer = site.get(f"{BEE_URL}/file", **{"Accept-Language": "de"})
    said = language_of("de").render(sentences.ONLY_AS_PICTURE())
    assert answer.status_code == 404
    assert said != sentences.ONLY_AS_PICTURE() and str(said) in answer.text


@pytest.mark.attack("A237")
def test_what_others_made_is_given_in_a_world_of_its_own(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(200)))

    def given(kind: str) -> None:
        file = MediumFile(type=kind, path=str(path), data=b"")
        site.desk.rows[ShowMedium] = lambda _, ask: file

    given("image/jpeg")
    answer = site.get(f"{BEE_URL}/small")
    assert answer.data == bytes(range(200))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "inline"
    given("application/octet-stream")
    assert site.get(f"{BEE_URL}/file").headers["Content-Disposition"] == "attachment"
    given("audio/ogg")
    part = site.get(f"{BEE_URL}/file", Range="bytes=10-19")
    assert (part.status_code, part.data) == (206, bytes(range(10, 20)))
    assert part.headers["Content-Range"] == "bytes 10-19/200"
    assert site.get(f"{BEE_URL}/file", Range="bytes=900-").status_code == 416
    assert site.get("/media/xyz/small").status_code == 404
    assert site.get("/media/ab/small").status_code == 404, "no whole name"


def test_of_pictures_that_a_page_waits_for_those_that_are_here_are_named(site: Site) -> None:
    bee, other = BEE_URL.rpartition("/")[2], "ab" * 32

    def show(_: object, ask: ShowMedium) -> MediumFile:
        if ask.id.hex() == other:
            raise UserError(sentences.NOT_HERE())
        return MediumFile(type="image/jpeg", path="", data=b"x")

    site.desk.rows[ShowMedium] = show
    assert site.get(f"/media/here?ids={other},{bee},xyz,").json == {"here": [bee]}
    assert site.get("/media/here").json == {"here": []}
    many = ",".join([other] * LOOKED_FOR_MAX + [bee])
    assert site.get(f"/media/here?ids={many}").json == {"here": []}, "a page has no more"


def test_files_of_a_form_are_handed_over_with_what_they_show(site: Site) -> None:
    handed: list[bytes] = []
    wishes: list[WritePost] = []

    def upload(_: object, ask: Upload) -> Uploaded:
        handed.append(ask.data)
        return Uploaded(upload="u" * 32, size_bytes=len(ask.data))

    def write(_: object, ask: WritePost) -> PostView:
        wishes.append(ask)
        return newest(site)

    site.desk.rows[Upload], site.desk.rows[WritePost] = upload, write
    browser = site.browser()
    form = {
        "form_key": site.form_key(browser),
        "once": "k",
        "text": "Look!",
        "file2": (BytesIO(b"x" * 400_000), "bee.jpg"),
        "alt2": "A bee.",
        "file1": (BytesIO(b""), ""),
    }
    done = browser.post(
        "/posts", base_url=URL, headers=OWN, data=form, content_type="multipart/form-data"
    )
    assert done.status_code == 303
    assert b"".join(handed) == b"x" * 400_000
    ((medium,),) = [wish.media for wish in wishes]
    assert (medium.alt, medium.file_name) == ("A bee.", "bee.jpg")


def test_no_other_form_takes_files(site: Site) -> None:
    browser = site.browser()
    form = {"form_key": site.form_key(browser), "ref": "x", "file1": (BytesIO(b"x"), "x")}
    done = browser.post(
        "/like", base_url=URL, headers=OWN, data=form, content_type="multipart/form-data"
    )
    assert done.status_code == 400
