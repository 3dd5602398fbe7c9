"""The page of one's devices: the list, and the two steps of adding one."""

import pytest
from street.fakes.devices import CODE, SomeDevices
from street.fakes.samples import NOON_MS
from swarmfeed.core.asks.devices import ConfirmDevice, NameDevice, ProposeDevice, RemoveDevice
from swarmfeed.core.base.address import format_address

from tests.web.conftest import Site

LINK = "swarmfeed-device:abc?until=1&at=192.0.2.7:1"


@pytest.fixture
def some(site: Site) -> SomeDevices:
    some = SomeDevices(NOON_MS)
    site.desk.rows |= some.rows()
    return some


def test_the_list_says_of_each_what_it_is(site: Site, some: SomeDevices) -> None:
    page = site.get("/devices").text
    assert "laptop" in page and "Without a name" in page and "this machine" in page
    assert page.count("Remove this device") == 2, "not the one that is asked"
    assert "gets no words and no author key" in page
    assert "/devices" in site.get("/me").text


def test_a_device_without_the_author_key_offers_neither(site: Site) -> None:
    site.desk.rows |= SomeDevices(NOON_MS, adds_devices=False).rows()
    page = site.get("/devices").text
    assert "cannot add or remove devices" in page
    assert "Add a device" not in page and "Remove this device" not in page


def test_a_link_then_the_code_then_a_device(site: Site, some: SomeDevices) -> None:
    answer = site.post("/devices", {"link": f" {LINK} "})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/devices")
    page = site.get("/devices").text
    assert CODE in page and "tablet" in page and "It is another one" in page
    answer = site.post("/devices/confirm", {"code": CODE, "same": "yes"})
    assert answer.status_code == 303
    assert some.asked == [ProposeDevice(link=LINK), ConfirmDevice(code=CODE, same=True)]


def test_another_code_adds_nothing_and_says_so(site: Site, some: SomeDevices) -> None:
    site.post("/devices", {"link": LINK})
    answer = site.post("/devices/confirm", {"code": CODE, "same": "no"})
    assert answer.status_code == 200 and "nothing was added" in answer.text
    assert some.asked[-1] == ConfirmDevice(code=CODE, same=False)


def test_a_refused_link_stays_in_the_field(site: Site, some: SomeDevices) -> None:
    some.refusal = "The time of this link is over."
    answer = site.post("/devices", {"link": LINK})
    assert answer.status_code == 400
    assert "The time of this link is over." in answer.text
    assert LINK.replace("&", "&amp;") in answer.text and "autofocus" in answer.text


def test_the_passphrase_is_asked_and_never_given_back(site: Site) -> None:
    some = SomeDevices(NOON_MS, passphrase="secret words")
    site.desk.rows |= some.rows()
    assert site.get("/devices").text.count('type="password"') == 3
    answer = site.post("/devices", {"link": LINK, "passphrase": "wrong words"})
    assert answer.status_code == 400
    assert "the passphrase is wrong" in answer.text and "wrong words" not in answer.text
    answer = site.post("/devices", {"link": LINK, "passphrase": "secret words"})
    assert answer.status_code == 303


def test_removing_is_one_form_in_a_fold(site: Site, some: SomeDevices) -> None:
    laptop = format_address(some.found.devices[1].feed_id)
    answer = site.post("/devices/remove", {"device": laptop, "after": " 7 "})
    assert answer.status_code == 303
    assert some.asked == [RemoveDevice(device=laptop, after=7)]
    assert "removed" in site.get("/devices").text


@pytest.mark.parametrize("typed", ["many", "-1", "1.5", "99999999999"])
def test_what_is_no_number_removes_nothing(site: Site, some: SomeDevices, typed: str) -> None:
    laptop = format_address(some.found.devices[1].feed_id)
    answer = site.post("/devices/remove", {"device": laptop, "after": typed})
    assert answer.status_code == 400 and some.asked == []
    assert "as a whole number" in answer.text
    assert "<details" in answer.text and " open>" in answer.text


def test_this_machine_gets_a_name(site: Site, some: SomeDevices) -> None:
    assert site.post("/devices/name", {"name": "study"}).status_code == 303
    assert some.asked == [NameDevice(device="study")]
    answer = site.post("/devices/name", {"name": " "})
    assert answer.status_code == 400 and "printable characters" in answer.text
