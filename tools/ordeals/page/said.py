"""What somebody else says, all of it as markup, in everything that others see of them.

Their name, what they tell of themselves, posts, answers, tags, warnings, descriptions and names
of files; messages, names of groups and circles; an archive, and sites of the web.  And what the
person calls things: lists, filters, notes.
"""

from base64 import b64encode
from contextlib import suppress
from itertools import starmap
from json import dumps
from typing import Final
from urllib.parse import quote

from ordeals.page.fields import SHOWN_AT
from ordeals.page.markup import TEXTS
from ordeals.page.site import KINDS, rss_of
from ordeals.page.stage import Scene, Stage
from ordeals.page.town import CLEO, IDA, Town, photograph
from ordeals.strangers.besieged import Refused

SHORT_CHARS: Final = 48
"""As long as names may be, at least."""

LABEL_CHARS: Final = 40
"""The same of what a detail of a profile is about."""

UNSEEN: Final = "\u202e\u2066\u2069"
"""Neither names nor details of a profile may have them."""

SOUND: Final = b"OggS" + bytes(200)
"""Of a file that is no picture, and keeps its name."""


def say_it_all(stage: Stage, text: str) -> None:
    """Somebody who is followed says it wherever they can; look where it may stand."""
    town = stage.town
    for one, other in ((CLEO, IDA), (IDA, CLEO)):
        town.at(one).post("follow", who=town.link(other))
    _show_everything(town)
    for say in (_say_aloud, _write, _call_things, _bring, _follow_sites):
        for path in say(stage, text):
            stage.look(path, text)
    for path in SHOWN_AT:
        stage.look(path, text)
    if stage.opened:
        stage.opened.excuse("Failed to load resource")
    assert not town.logged(IDA, "Traceback"), "an error that nobody expected"


def _show_everything(town: Town) -> None:
    """Another scene fills forms with the same texts: filters of theirs hide what holds them."""
    ida = town.at(IDA)
    for each in ida.get("filters")["filters"]:
        ida.post("remove-filter", words=each["words"])


def _short(text: str) -> str:
    return text.strip(UNSEEN)[:SHORT_CHARS]


def _say_aloud(stage: Stage, text: str) -> list[str]:
    """Say it to everybody, wait until it is there; return pages of it."""
    town, short, word = stage.town, _short(text), stage.word
    cleo, who = town.at(CLEO), town.who(CLEO)
    plain = text.strip(UNSEEN)
    details = [{"label": plain[:LABEL_CHARS], "text": plain}, {"label": "Site", "text": plain}]
    cleo.post("profile", called=short, bio=text, fields=details)
    media = [
        {"upload": cleo.post("upload", data=b64encode(each).decode())["upload"], "alt": text,
         "file_name": text}
        for each in (photograph(), SOUND)
    ]  # fmt: skip
    cleo.post("post", text=f"{text} {word}", cw=short, media=media)
    changed = cleo.post("post", text=f"{text} {word}a")
    cleo.post("edit", ref=changed["id"], text=f"{text} {word}a, changed")
    cleo.post("pin", ref=changed["id"])
    cleo.post("post", text=f"{text} {word}b #{word} swarmfeed:{town.who(IDA)}")
    post = town.reads(IDA, f"{word}b")
    cleo.post("post", text=text, reply_to=post["id"])
    cleo.post("post", text=text, quote=post["id"])
    town.at(IDA).post("bookmark", ref=post["id"])
    place, was = (f"/posts/{quote(str(each['id']))}" for each in (post, changed))
    return [
        *(place, was, f"{was}/versions", f"/authors/{who}", f"/authors/{who}?show=media"),
        *(f"/tags/{word}", f"/search?q={word}", "/search?q=from:" + quote(short)),
        *(f"/search?where=people&q={quote(short)}", "/follow?link=" + quote(town.link(CLEO))),
        *("/follow", "/saved", "/rising", "/log"),
    ]


def _write(stage: Stage, text: str) -> list[str]:
    """Say it to one alone: in messages, as the name of a group and of a circle."""
    town, short, word = stage.town, _short(text), stage.word
    cleo, ida, who = town.at(CLEO), town.at(IDA), town.who(CLEO)
    ida.post("message", talk=town.link(CLEO), text=f"{text} {word}, answered")
    cleo.post("message", talk=town.link(IDA), text=f"{text} {word}")
    group = cleo.post("make-group", title=f"{short}{word}", people=[town.link(IDA)])["talk"]
    name = group["talk"]
    cleo.post("message", talk=name, text=text)
    cleo.post("create-circle", circle=f"{short}{word}")
    cleo.post("let-in", who=town.link(IDA), circle=f"{short}{word}")
    cleo.post("post", text=f"{text} {word}c", to=f"{short}{word}")
    with suppress(Refused):  # she asked before
        cleo.post("ask-to-read", who=town.link(IDA))
    town.wait(IDA, "the group", lambda: word in dumps(ida.get("conversations")))
    town.wait(IDA, "the circle", lambda: word in dumps(ida.get("circles")["readable"]))
    town.reads(IDA, f"{word}c")
    return [
        *(f"/messages/with/{who}", f"/messages/in/{name.removeprefix('group-')}", "/messages"),
        *(f"/circles?who={who}", "/notifications", "/"),
    ]


def _call_things(stage: Stage, text: str) -> list[str]:
    """Call a list, a filter, a note, a draft so."""
    ida, who, short = stage.town.at(IDA), stage.town.who(CLEO), _short(text)
    with suppress(Refused):  # the list is there from another case
        ida.post("create-list", called=short)
    ida.post("add-to-list", called=short, who=who)
    ida.post("set-filter", words=f"{stage.word} {short}", hides=False, title=short)
    ida.post("set-note", who=who, text=text)
    ida.post("keep-draft", text=text)
    return [
        *(f"/lists?who={who}", f"/lists/{quote(short, safe='')}", f"/authors/{who}"),
        *("/not-shown", "/drafts", "/", f"/search?q={stage.word}"),
    ]


def _bring(stage: Stage, text: str) -> list[str]:
    """Look at an archive in which it stands everywhere."""
    ida, file = stage.town.at(IDA), stage.folder / "feed.xml"
    file.write_text(rss_of(text))
    with suppress(Refused):
        ida.post("leave-archive")
    ida.post("look-at-archive", path=str(file))
    stage.town.wait(IDA, "an archive", lambda: ida.get("archive")["state"] == "looked")
    return ["/import"]


def _follow_sites(stage: Stage, text: str) -> list[str]:
    """Follow sites that call themselves so, and tell nothing else."""
    ida = stage.town.at(IDA)
    feeds = [f"{stage.town.site.url}/{kind}/{quote(text, safe='')}" for kind in KINDS]
    for each in feeds:
        ida.post("follow-web-feed", url=each)
        assert ida.get(f"articles?url={quote(each, safe='')}")["articles"], f"nothing of {each}"
    return ["/web", "/web/sites", *(f"/web?site={quote(each, safe='')}" for each in feeds)]


def _scene_of(number: int, text: str) -> Scene:
    return Scene(
        name=f"said: text {number}",
        play=lambda stage: say_it_all(stage, text),
        at=IDA,
    )


SAID: Final = tuple(starmap(_scene_of, enumerate(TEXTS)))
