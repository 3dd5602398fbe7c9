"""The app of Flask: addresses of its pages, and what forms carry."""

from collections.abc import Callable
from typing import Any

import webui.site
from flask import Flask
from webui.site import PATHS_KEPT_MAX
from werkzeug.routing import BuildError

from tests.cases import check_each
from tests.web.conftest import MACHINE_URL, URL, Site


def path_of(build: Callable[..., str], endpoint: str, values: dict[str, Any]) -> str:
    try:
        return build(endpoint, **values)
    except BuildError:
        return "no such page"


def test_a_path_is_the_same_whether_it_was_asked_for_before_or_not(site: Site) -> None:
    author = site.desk.posts[0].author_id
    asked: list[tuple[str, dict[str, Any]]] = [
        ("home", {}),
        ("home", {"before": None, "_anchor": "text"}),
        ("home", {"before": "1-1"}),
        ("author", {"author_id": author}),
        ("author", {"author_id": author, "show": "posts"}),
        ("picture", {"feed_id": bytes(32), "index": 1, "number": 1}),
        ("tag", {"tag": "ä/b c", "_external": True}),
        ("home", {"part": 1}),
        ("home", {"part": True}),
        ("static", {"filename": "icon.svg"}),
        ("nowhere", {}),
    ]

    def check(case: tuple[str, dict[str, Any]]) -> None:
        endpoint, values = case
        own = Flask.url_for.__get__(site.app)
        assert path_of(site.app.url_for, endpoint, values) == path_of(own, endpoint, values)

    for host in (URL, MACHINE_URL, URL):
        with site.app.test_request_context("/lists?a=b", base_url=host):
            check_each(((endpoint, (endpoint, values)) for endpoint, values in asked), check)


def test_paths_are_forgotten_when_there_are_many(site: Site) -> None:
    with site.app.test_request_context("/", base_url=URL):
        for number in range(PATHS_KEPT_MAX + 10):
            site.app.url_for("home", part=number)
    assert isinstance(site.app, webui.site.Site)
    assert site.app.path_to.cache_info().currsize == PATHS_KEPT_MAX


def test_all_forms_of_a_page_carry_the_key_of_its_own_login(site: Site) -> None:
    for browser in (site.browser(), site.browser()):
        page = browser.get("/", base_url=URL).get_data(as_text=True)
        key = f'name="form_key" value="{site.form_key(browser)}"'
        assert page.count(key) == page.count('name="form_key"') > 1
