"""The slider of the page of history servers, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.web.browsing import MakeVisit, browser, make_visit, node

__all__ = ["browser", "make_visit", "node"]  # fixtures

pytestmark = pytest.mark.e2e


def test_slider_and_number_say_the_same_and_the_number_is_sent(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.go("/history")
    slider, number = visit.page.get_by_role("slider"), visit.page.locator("#disk")
    expect(slider).to_have_value(number.input_value())
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    expect(number).to_have_value(slider.input_value())
    number.fill("7,5")
    expect(slider).to_have_value("8")
    number.fill("much")
    expect(slider).to_have_value("8")
    slider.press("Home")
    visit.page.get_by_role("button", name="Become a history server").click()
    # The address was the same before: what only the answer shows is waited for.
    expect(visit.page.locator(".progress-text")).to_contain_text("of 1")
    choice = visit.node.desk.history_status.choice
    assert choice is not None and choice.disk_bytes == 10**9


def test_without_script_there_is_the_number_alone(make_visit: MakeVisit) -> None:
    visit = make_visit(script=False)
    visit.go("/history")
    expect(visit.page.locator("input[type=range]")).to_be_hidden()
    expect(visit.page.locator("#disk")).to_be_visible()
