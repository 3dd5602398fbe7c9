"""Real nodes on loopback, each started when somebody first wants it."""

import json
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from PIL import Image

from ordeals.page.site import Site
from ordeals.strangers.besieged import Besieged, Login

T = TypeVar("T")

ANNA: Final = "anna"
"""Whose page is looked at."""
BEN: Final = "ben"
"""She and he follow each other."""
CLEO: Final = "cleo"
"""Nobody follows her."""
IDA: Final = "ida"
"""She follows nobody; her page is for those who mean harm."""

PROGRAM: Final = "tools.ordeals.page.sheltered"
"""What every node runs, so that nothing leaves this machine."""

WAIT_S: Final = 600


class Town:
    """Machines that run until the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._nodes: dict[str, Besieged] = {}
        self._logins: dict[str, Login] = {}
        self.site = Site()

    def at(self, name: str) -> Besieged:
        if name not in self._nodes:
            peers = [] if name == ANNA else ["--peer", "{}:{}".format(*self._link(ANNA))]
            options = ("--supernode", "off", *peers)
            self._nodes[name] = Besieged(self.folder, name, *options, program=PROGRAM)
            if name == BEN:
                self._acquaint()
        return self._nodes[name]

    def close(self) -> None:
        for each in self._nodes.values():
            each.end()
        self.site.close()

    def who(self, name: str) -> str:
        """Address of somebody as an author."""
        return str(self.at(name).get("whoami")["author"])

    def link(self, name: str) -> str:
        """The link that somebody hands out."""
        return str(self.at(name).get("whoami")["link"])

    def say(self, name: str, text: str, **more: object) -> dict[str, Any]:
        """Somebody writes elsewhere, with other means than the page."""
        post: dict[str, Any] = self.at(name).post("post", text=text, **more)
        return post

    def show(self, name: str, text: str, alt: str) -> None:
        """Somebody posts a picture."""
        given = self.at(name).post("upload", data=b64encode(photograph()).decode())
        self.say(name, text, media=[{"upload": given["upload"], "alt": alt}])

    def reads(self, name: str, word: str) -> dict[str, Any]:
        """Wait until a post with this word is on somebody's timeline; returns it."""
        return self.wait(name, word, lambda: self._find(name, word))

    def read(self, name: str, path: str) -> str:
        """A page of somebody's, as they see it; they stay logged in until ``log_in_anew``."""
        return self.at(name).read(path, self._login(name))

    def send(self, name: str, action: str, method: str, sends: list[tuple[str, str]]) -> str:
        """The page that a form of somebody's page leads to."""
        path, form = action.partition("#")[0], urlencode(sends)
        if method == "get":
            return self.read(name, f"{path.partition('?')[0]}?{form}")
        return self.at(name).submit(path, form, self._login(name))

    def log_in_anew(self) -> None:
        """A node forgets who logged in long ago, when many others did since."""
        self._logins.clear()

    def wait(self, name: str, what: str, look: Callable[[], T | None]) -> T:
        return self.at(name).wait_for(what, look, WAIT_S)

    def logged(self, name: str, word: str) -> list[str]:
        """Lines of somebody's log with this word."""
        text = self.at(name).log.read_text(errors="replace")
        return [line for line in text.splitlines() if word in line]

    def _login(self, name: str) -> Login:
        if name not in self._logins:
            self._logins[name] = self.at(name).log_in()
        return self._logins[name]

    def _find(self, name: str, word: str) -> dict[str, Any] | None:
        posts = self.at(name).get("timeline?limit=50")["posts"]
        return next((each for each in posts if word in json.dumps(each["text"])), None)

    def _link(self, name: str) -> tuple[str, int]:
        return self.at(name).ports()["link"]

    def _acquaint(self) -> None:
        for one, other in ((ANNA, BEN), (BEN, ANNA)):
            self.at(one).post("follow", who=self.link(other))
        self.say(ANNA, "Anna was here first.")
        self.say(BEN, "Ben came by.")
        for one, other in ((ANNA, "Ben came"), (BEN, "Anna was")):
            self.reads(one, other)


def photograph(width: int = 640, height: int = 480) -> bytes:
    """A picture worth looking at, of some 20 kB."""
    out = BytesIO()
    light = Image.linear_gradient("L").resize((width, height))
    shade = Image.radial_gradient("L").resize((width, height))
    Image.merge("RGB", (light, shade, light)).save(out, "JPEG")
    return out.getvalue()
