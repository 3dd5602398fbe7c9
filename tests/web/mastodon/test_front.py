"""The API for apps is made when the first of them asks, and once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from street.fakes.desk import FakeDesk
from webui.access import Access
from webui.current import Running
from webui.logins import Logins
from webui.mastodon.front import made_when_asked

from tests.web.conftest import KEPT, SETTINGS

AT_ONCE = 8


def test_apps_that_come_at_once_get_the_same_app() -> None:
    flask = made_when_asked(Running(FakeDesk(), Access(Logins(KEPT)), SETTINGS))
    together = Barrier(AT_ONCE)

    def ask(_: int) -> Flask:
        together.wait()
        return flask()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert len(set(map(id, threads.map(ask, range(AT_ONCE))))) == 1


@pytest.mark.slow
def test_what_apps_may_call_is_not_loaded_with_the_page() -> None:
    script = "import sys, webui.asgi; print('webui.mastodon.resources' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout == "False\n"
