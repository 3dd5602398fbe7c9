"""Settings of this machine as a person chooses them: what each is called, and what it means.

The node says which there are and what they are; a setting that has no words here is shown
under its flag, as the commands call it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from msgspec import Struct
from swarmfeed.core.asks.settings_sentences import ANY, NO_LIMIT
from swarmfeed.core.asks.starting import Chosen, StartOption
from swarmfeed.core.base.texts import Text

SWITCH: Final = ("on", "off")


class Words(NamedTuple):
    """What one setting is called, and what it means."""

    label: Text
    note: Text


WORDS: Final[Mapping[str, Words]] = {
    "--disk": Words(
        Text("Disk for what others wrote"),
        Text(
            "Whom you follow is kept whole, whatever this says; the rest is for their friends."
        ),
    ),
    "--media-disk": Words(
        Text("Disk for pictures and files of others"),
        Text("The oldest go first. Your own stay."),
    ),
    "--media-fetch": Words(
        Text("Pictures come by themselves up to"),
        Text("Larger ones come when you ask for them; 0: none comes by itself."),
    ),
    "--mailbox-disk": Words(
        Text("Disk for messages that wait for others"),
        Text("Sealed: only they can read them. Left empty, 128 MB."),
    ),
    "--download-limit": Words(
        Text("Take in at most, each second"),
        Text("Of histories and pictures, such as 500 kB; empty: no limit."),
    ),
    "--upload-limit": Words(
        Text("Send at most, each second"),
        Text("Of histories and pictures, such as 200 kB; empty: no limit."),
    ),
    "--supernode": Words(
        Text("Serve others as a supernode"),
        Text("Pass on what they listen for, and join those who cannot reach each other."),
    ),
    "--metered/--not-metered": Words(
        Text("This connection is paid by volume"),
        Text("Then this machine serves nobody as a supernode."),
    ),
    "--hole-punching/--no-hole-punching": Words(
        Text("Straight links through routers"),
        Text(
            "With people whom you follow and who follow you;"
            " each then learns the other’s address."
        ),
    ),
    "--dht/--no-dht": Words(
        Text("Find people by the public directory"),
        Text(
            "The DHT of BitTorrent: without it, people are found by those you are linked with."
        ),
    ),
    "--lan/--no-lan": Words(
        Text("Be seen in the local network"),
        Text("Names you to everybody in the same café."),
    ),
    "--proxy": Words(
        Text("Reach others by a proxy alone"),
        Text("Such as socks5://127.0.0.1:9050 for Tor; nobody is told where you are."),
    ),
    "--messages/--no-messages": Words(
        Text("Let others write you messages first"),
        Text("Off: they can once you have written to somebody."),
    ),
    "--shown-per-author": Words(
        Text("Text of one person that can be read and searched"),
        Text("Their newest; older text stays on the disk, unread."),
    ),
    "--supernode-disk": Words(
        Text("Disk for the posts of the network"),
        Text("Others search them while this machine is a supernode."),
    ),
    "--page-port": Words(
        Text("Port of this page"), Text("Empty: the one it had last, or any.")
    ),
    "--tls-port": Words(
        Text("Port for apps by https"),
        Text("On 127.0.0.1, with a certificate of its own; empty: none."),
    ),
    "--link-port": Words(
        Text("Port by which others reach you"),
        Text("One that your router forwards, if you told it to."),
    ),
    "--swarm-port": Words(Text("Port for histories and pictures"), Text("Empty: any.")),
}
"""In the order of the page."""

CHOICES: Final[Mapping[str, Text]] = {
    "auto": Text("If it fits"),
    "on": Text("Always"),
    "off": Text("Never"),
}
"""What is said of choices that are no switch."""


class Choosable(Struct, frozen=True, kw_only=True):
    """One setting on the page."""

    name: str
    """Of its field."""
    flag: str
    label: str
    note: str
    shown: str
    """What stands in the field."""
    choices: tuple[tuple[str, str], ...]
    """Values and what they are called; of a switch, and of what is typed, none."""
    is_switch: bool
    told: bool
    """Whether the command that starts the machine says it too."""
    waits: bool
    """Whether it counts from the next start on, and something else until then."""


def rows(options: Iterable[StartOption], *, restart: bool) -> list[Choosable]:
    """Return those that change at once, or those that need a restart, in the page's order."""
    order = {flag: place for place, flag in enumerate(WORDS)}
    found = [each for each in options if each.chosen and each.restart is restart]
    found.sort(key=lambda each: order.get(each.flag, len(order)))
    return [_row(each) for each in found]


def chosen(options: Iterable[StartOption], form: Mapping[str, str]) -> Iterator[Chosen]:
    """Return what a form wants otherwise than it is shown; ``when`` says which half it is."""
    for row in rows(options, restart=form.get("when") == "later"):
        # A switch that is off is not sent.
        typed = form.get(row.name, "off" if row.is_switch else "").strip()
        if typed != row.shown:
            yield Chosen(flag=row.flag, value=typed)


def name_of(flag: str) -> str:
    """Return the name of the field of a setting."""
    return flag.partition("/")[0].removeprefix("--")


def _row(option: StartOption) -> Choosable:
    words = WORDS.get(option.flag)
    is_switch = option.choices == SWITCH
    named = () if is_switch else tuple((each, _called(each)) for each in option.choices)
    now = _plain(option.value)
    shown = _plain(option.then) if option.restart else now
    return Choosable(
        name=name_of(option.flag),
        flag=option.flag,
        label=words.label() if words else option.flag,
        note=words.note() if words else option.help,
        shown=shown,
        choices=named,
        is_switch=is_switch,
        told=option.told,
        waits=shown != now,
    )


def _called(choice: str) -> str:
    return CHOICES[choice]() if choice in CHOICES else choice


def _plain(value: str) -> str:
    # Plain text: what stands in a field is compared, and read again, in one language.
    return "" if value in (NO_LIMIT.english, ANY.english) else str(value)
