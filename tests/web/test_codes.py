"""A picture of somebody's QR code, instead of their link."""

from io import BytesIO

import pytest
from street.fakes.samples import key
from swarmfeed.core.asks.media import CodeLink, ReadCode, Upload, Uploaded
from swarmfeed.core.base.address import format_author
from swarmfeed.core.media import sentences
from swarmfeed.errors import UserError
from werkzeug.test import TestResponse

from tests.web.conftest import OWN, URL, Site

INES = f"swarmfeed:{format_author(key('Ines Okafor'))}?name=Ines"


def send(site: Site, picture: bytes, name: str = "code.jpg") -> TestResponse:
    site.desk.rows[Upload] = lambda _, ask: Uploaded(upload="u" * 32, size_bytes=len(ask.data))
    browser = site.browser()
    form = {"form_key": site.form_key(browser), "picture": (BytesIO(picture), name)}
    answer = browser.post(
        "/follow/code", base_url=URL, headers=OWN, data=form, content_type="multipart/form-data"
    )
    answer.request.input_stream.close()  # once it is large it is a file
    return answer


@pytest.mark.attack("A315")
def test_a_code_is_looked_at_and_nothing_is_followed(site: Site) -> None:
    site.desk.rows[ReadCode] = lambda _, ask: CodeLink(link=INES)
    answer = send(site, b"x" * 3_000_000)
    assert answer.status_code == 303
    assert "Follow this author?" in site.get(answer.location).text
    assert site.desk.changed == []


def test_what_is_wrong_with_a_picture_stands_beside_its_field(site: Site) -> None:
    def refuse(_: object, ask: ReadCode) -> CodeLink:
        raise UserError(sentences.NO_CODE())

    site.desk.rows[ReadCode] = refuse
    for answer, said in (
        (send(site, b"no code"), "There is no QR code in this picture"),
        (send(site, b"", ""), "Choose a picture of the code first"),
    ):
        assert answer.status_code == 400
        field = answer.text.split('id="picture"')[1]
        assert said in field and 'aria-invalid="true"' in field.split(">")[0]


@pytest.mark.attack("A315")
def test_a_code_with_anything_else_is_refused_as_a_typed_link_is(site: Site) -> None:
    site.desk.rows[ReadCode] = lambda _, ask: CodeLink(link='swarmfeed:"><script>')
    page = site.get(send(site, b"x").location)
    assert page.status_code == 400
    assert "<script>" not in page.text and "&lt;script&gt;" in page.text


def test_the_last_step_of_the_start_takes_one_too(site: Site) -> None:
    assert 'action="/follow/code"' in site.get("/start/people").text
