"""Pictures made anew, in a process of their own."""

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from swarmfeed.core.media.limits import (
    CODES_MAX,
    PICTURE_BYTES_MAX,
    PUBLISHED_BYTES,
    PUBLISHED_SIDE,
    SMALL_SIDE,
    WORKER_MEMORY_BYTES,
)
from swarmfeed.core.media.sniffing import FILE, is_picture, type_of
from swarmfeed.errors import PassingError, UserError
from swarmfeed.shell.media.pictures import ProcessPictures

from tests.cases import check_each
from tests.shell.media.pictures import (
    CANARY,
    chunk,
    code,
    drawing,
    endless,
    hostile,
    photograph,
    png,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pictures() -> Iterator[ProcessPictures]:
    made = ProcessPictures()
    yield made
    made.close()


def opened(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


@pytest.mark.attack("A230")
def test_nothing_but_pixels_is_left_of_a_picture(pictures: ProcessPictures) -> None:
    for given in (photograph(), *(drawing(kind) for kind in ("PNG", "WEBP", "GIF"))):
        assert CANARY in given or b"zTXt" in given
        made = pictures.make(given, PUBLISHED_SIDE)
        for content in (made.whole, made.small):
            for trace in (CANARY, b"Exif", b"ICC", b"xmp", b"http", b"XMP", b"EXIF"):
                assert trace not in content
            assert not opened(content).getexif()
            assert not {"exif", "icc_profile", "comment", "xmp"} & set(opened(content).info)


def test_a_photograph_stays_one_and_what_has_holes_keeps_them(
    pictures: ProcessPictures,
) -> None:
    made = pictures.make(photograph(), PUBLISHED_SIDE)
    assert (made.type, made.width, made.height) == ("image/jpeg", 1_200, 900)
    drawn = pictures.make(drawing(), PUBLISHED_SIDE)
    assert (drawn.type, opened(drawn.whole).mode) == ("image/webp", "RGBA")


def test_it_stands_upright_and_fits(pictures: ProcessPictures) -> None:
    made = pictures.make(photograph((4_000, 2_000), orientation=6), PUBLISHED_SIDE)
    assert (made.width, made.height) == (PUBLISHED_SIDE // 2, PUBLISHED_SIDE)
    assert opened(made.whole).size == (made.width, made.height)
    assert max(opened(made.small).size) == SMALL_SIDE
    assert len(made.small) < len(made.whole) <= PUBLISHED_BYTES


def test_noise_is_made_short_enough(pictures: ProcessPictures) -> None:
    noise = Image.effect_noise((2_560, 2_560), 200).convert("RGB")
    out = BytesIO()
    noise.save(out, "JPEG", quality=98)
    assert len(out.getvalue()) > 2 * PUBLISHED_BYTES
    assert len(pictures.make(out.getvalue(), PUBLISHED_SIDE).whole) <= PUBLISHED_BYTES


@pytest.mark.attack("A21")
@pytest.mark.attack("A231")
def test_hostile_pictures_cost_bounded_memory_and_time_and_say_why(
    pictures: ProcessPictures, tmp_path: Path
) -> None:
    def refuses(content: bytes) -> None:
        begun_s = time.process_time()
        with pytest.raises(UserError, match="picture"):
            pictures.make(content, PUBLISHED_SIDE)
        assert time.process_time() - begun_s < 5  # nothing of it is decoded in this process

    check_each(hostile().items(), refuses)
    file = tmp_path / "long"
    with file.open("wb") as long:
        long.truncate(PICTURE_BYTES_MAX + 1)
    with pytest.raises(UserError, match="too large"):
        pictures.make(file, PUBLISHED_SIDE)


@pytest.mark.attack("A231")
def test_of_what_goes_on_for_ever_the_first_picture_is_taken(pictures: ProcessPictures) -> None:
    one = drawing("GIF", (20, 20))
    frame = b"\x2c" + one.partition(b"\x2c")[2][:-1]
    many = one[:-1] + frame * 100_000 + b";"
    if len(many) > PICTURE_BYTES_MAX:
        many = many[: PICTURE_BYTES_MAX - 1] + b";"
    made = pictures.make(many, PUBLISHED_SIDE)
    assert (made.width, made.height) == (20, 20)
    assert pictures.make(endless(), PUBLISHED_SIDE).width == PUBLISHED_SIDE


@pytest.mark.attack("A232")
def test_what_it_is_follows_from_the_bytes_alone(pictures: ProcessPictures) -> None:
    page = b"<html><script>alert(1)</script>"
    assert type_of(page) == FILE
    for polyglot in (photograph() + page, drawing("GIF") + page, drawing() + page):
        assert is_picture(type_of(polyglot))
        made = pictures.make(polyglot, PUBLISHED_SIDE)
        assert page not in made.whole + made.small
        assert type_of(made.whole) == made.type


LINK = "swarmfeed:abcdef?name=Ana%20%C3%81vila"


def seen(picture: Image.Image, kind: str = "PNG") -> bytes:
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def on_a_table() -> Image.Image:
    """A photograph of a code that lies there askew, small and in the half dark."""
    table = Image.linear_gradient("L").resize((4_000, 3_000)).point(lambda grey: 60 + grey // 2)
    paper = code(LINK).rotate(17, expand=True, fillcolor=255)
    table.paste(paper.point(lambda grey: grey * 3 // 4), (2_600, 300))
    return table


def test_codes_are_read_as_people_photograph_them(pictures: ProcessPictures) -> None:
    plain = code(LINK)
    holes = Image.new("RGBA", plain.size)
    holes.paste(plain.convert("RGBA"), mask=ImageOps.invert(plain))
    given = {
        "a screenshot": seen(plain),
        "upside down": seen(plain.rotate(180), "GIF"),
        "in a mirror": seen(ImageOps.mirror(plain)),
        "light on dark": seen(ImageOps.invert(plain), "WEBP"),
        "black on nothing": seen(holes),
        "on a table": seen(on_a_table(), "JPEG"),
    }

    def is_read(picture: bytes) -> None:
        assert pictures.read_codes(picture) == (LINK,)

    check_each(given.items(), is_read)
    assert pictures.read_codes(photograph()) == ()
    two = Image.new("L", (1_200, 600), 255)
    two.paste(code("swarmfeed:one"), (50, 50))
    two.paste(code("swarmfeed:two"), (650, 50))
    assert set(pictures.read_codes(seen(two))) == {"swarmfeed:one", "swarmfeed:two"}


@pytest.mark.attack("A315")
def test_codes_that_mean_harm_are_texts_or_refused(pictures: ProcessPictures) -> None:
    def refuses(content: bytes) -> None:
        with pytest.raises(UserError, match="picture"):
            pictures.read_codes(content)

    check_each(hostile().items(), refuses)
    assert pictures.read_codes(seen(code("a\0swarmfeed:b"))) == ()
    long = "https://evil.test/" + "x" * 2_000
    assert pictures.read_codes(seen(code(long))) == (long,)
    crowd = Image.new("L", (2_000, 2_000), 255)
    small = code("swarmfeed:a", scale=5)
    for number in range(36):
        crowd.paste(small, (number % 6 * 320 + 20, number // 6 * 320 + 20))
    assert len(pictures.read_codes(seen(crowd))) == CODES_MAX


def test_after_one_that_kills_its_process_the_next_is_made(pictures: ProcessPictures) -> None:
    bomb = png(4_900, 5_100, b"", *[chunk(b"IDAT", b"\0" * 1_000)] * 100)
    with pytest.raises(UserError):
        pictures.make(bomb, PUBLISHED_SIDE)
    assert pictures.make(photograph(), 100).width == 100
    assert WORKER_MEMORY_BYTES < 2**31


def test_one_that_stands_still_is_ended() -> None:
    hasty = ProcessPictures(wait_s=0)
    with pytest.raises((PassingError, UserError)):
        hasty.make(photograph((4_000, 4_000)), PUBLISHED_SIDE)
    hasty.close()
    with pytest.raises(PassingError):
        hasty.make(photograph(), 100)
