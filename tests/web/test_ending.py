"""Stopping the machine from the page, and deleting all from it; pages while it stops."""

import pytest
from swarmfeed.core.asks.ending import DeleteHome, Ended, StopNode
from swarmfeed.core.asks.sentences import NODE_STOPS
from swarmfeed.errors import RetryError
from webui.pages import PAGES

from tests.web.conftest import Site


def test_a_click_stops_and_says_how_to_come_back(site: Site) -> None:
    asked: list[StopNode] = []

    def stop(_desk: object, ask: StopNode) -> Ended:
        asked.append(ask)
        return Ended(sentence="stops, as was said")

    site.desk.rows[StopNode] = stop
    form = site.get("/settings").text.split('action="/stop"')[1].partition("</form>")[0]
    assert '<button class="button" data-leads>Stop<' in form
    answer = site.post("/stop", {})
    assert answer.status_code == 200 and "stops, as was said" in answer.text
    assert len(asked) == 1


def test_what_is_typed_to_agree_reaches_the_node(site: Site) -> None:
    asked: list[str] = []

    def delete(_desk: object, ask: DeleteHome) -> Ended:
        asked.append(ask.agreed)
        return Ended(sentence="all of it")

    site.desk.rows[DeleteHome] = delete
    page = site.get("/settings").text
    assert "is not withdrawn by this" in page and "24 words" in page
    assert site.post("/delete-all", {"agreed": "delete"}).status_code == 200
    assert asked == ["delete"]


def stop_answering(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: object) -> None:
        raise RetryError(NODE_STOPS())

    monkeypatch.setattr(site.desk, "ask", stop)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_page_breaks_while_the_node_stops(
    site: Site, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    paths = {
        route.endpoint: site.path_of(route.rule)
        for page in PAGES
        for route in page.routes
        if route.method == method
    }
    stop_answering(site, monkeypatch)
    answers = {
        name: (site.get(path) if method == "GET" else site.post(path, {"text": "kept"}))
        for name, path in paths.items()
    }
    told = {name for name, answer in answers.items() if answer.status_code == 503}
    assert {
        name: answers[name].status for name in answers if answers[name].status_code == 500
    } == {}
    assert len(told) > len(answers) / 3
    assert all("The node is stopping" in answers[name].text for name in told)


def test_what_was_typed_and_chosen_comes_back_while_the_node_stops(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_answering(site, monkeypatch)
    answer = site.post("/posts", {"text": "for a few", "to": "garden", "once": "x"})
    assert answer.status_code == 503
    assert "for a few</textarea>" in answer.text
    assert '<input type="hidden" name="to" value="garden">' in answer.text
