"""Choosing settings: kept, counted at once where that goes, and all or nothing."""

import asyncio

import pytest
from street.fakes.kept_settings import FakeKeptSettings
from swarmfeed.core.supernode.gates import Willing
from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.ground.choices import Choices
from swarmfeed.node.ground.events import Events, SettingsChanged, listens
from swarmfeed.node.ground.setting_texts import with_kept
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.media.settings import MediaSettings
from swarmfeed.node.supernode.settings import SupernodeSettings

GB = 1000**3
STARTED = NodeSettings(others=(MediaSettings(), SupernodeSettings()))


class Rig:
    """Choices over a file in memory, and what was told of them."""

    def __init__(self, settings: NodeSettings = STARTED) -> None:
        self.file = FakeKeptSettings()
        self.told: list[SettingsChanged] = []
        events = Events()
        events.connect((listens(SettingsChanged, self.told.append),))
        self.choices = Choices(settings, self.file, events)

    def choose(self, **wanted: str) -> None:
        """``disk="5 GB"`` for ``--disk``."""
        flags = {f"--{name.replace('_', '-')}": typed for name, typed in wanted.items()}
        asyncio.run(self.choices.choose(flags))


def test_what_needs_no_restart_counts_at_once_and_is_kept() -> None:
    rig = Rig()
    rig.choose(disk="5 GB", upload_limit="200k", media_fetch="0", supernode="off")
    now = rig.choices.now
    assert (now.disk_budget_bytes, now.up_bytes_per_s) == (5 * GB, 200_000)
    assert rig.choices.of(MediaSettings).fetched_bytes == 0
    assert rig.choices.of(SupernodeSettings).willing is Willing.OFF
    assert rig.file.read() == {
        "--disk": "5 GB",
        "--upload-limit": "200k",
        "--media-fetch": "0",
        "--supernode": "off",
    }
    assert [(each.before.disk_budget_bytes, each.after) for each in rig.told] == [
        (10 * GB, now)
    ]


def test_what_needs_a_restart_is_kept_and_counts_at_the_next_start() -> None:
    rig = Rig()
    asyncio.run(rig.choices.choose({"--dht/--no-dht": "off", "--link-port": "4711"}))
    assert rig.choices.now.dht and rig.choices.now.link_port == 0
    again = with_kept(STARTED, rig.file.read())
    assert not again.dht and again.link_port == 4711
    assert rig.choices.at_next_start(rig.file.read()) == again
    assert rig.choices.at_next_start({"--link-port": "much"}) == STARTED, "that start says so"


def test_nothing_chosen_is_the_default_again() -> None:
    rig = Rig(with_kept(STARTED, {"--disk": "5 GB"}))
    rig.file.write({"--disk": "5 GB"})
    rig.choose(disk=" ")
    assert rig.choices.now.disk_budget_bytes == 10 * GB and rig.file.read() == {}


def test_the_command_line_counts_before_what_is_kept() -> None:
    started = NodeSettings(disk_budget_bytes=GB, told=("--disk",))
    assert with_kept(started, {"--disk": "5 GB"}).disk_budget_bytes == GB
    rig = Rig(started)
    rig.choose(disk="5 GB")
    assert rig.choices.now.disk_budget_bytes == 5 * GB, "the person wants it now"


@pytest.mark.parametrize(
    ("flag", "typed"),
    [
        ("--disk", "much"),
        ("--link-port", "65536"),
        ("--link-port", "٣"),
        ("--supernode", "perhaps"),
        ("--dht/--no-dht", "maybe"),
        ("--proxy", "http://127.0.0.1:1"),
        ("--peer", "192.0.2.1:4711"),
        ("--listen", "127.0.0.1"),
        ("--supernode-speed", "2"),
        ("--no-such", "1"),
    ],
)
def test_one_that_is_wrong_refuses_all(flag: str, typed: str) -> None:
    rig = Rig()
    with pytest.raises(UserError):
        asyncio.run(rig.choices.choose({"--disk": "5 GB", flag: typed}))
    assert rig.choices.now == STARTED and rig.file.read() == {} and rig.told == []


def test_what_does_not_go_with_what_is_kept_is_refused() -> None:
    """Else the next start would fail, where nobody sees why."""
    rig = Rig()
    asyncio.run(rig.choices.choose({"--lan/--no-lan": "on"}))
    with pytest.raises(UserError, match="proxy"):
        rig.choose(proxy="socks5://127.0.0.1:9050")
    assert rig.file.read() == {"--lan/--no-lan": "on"}


def test_what_was_kept_at_the_start_refuses_nothing_once_it_is_kept_no_longer() -> None:
    rig = Rig(with_kept(STARTED, {"--lan/--no-lan": "on"}))
    rig.file.write({"--lan/--no-lan": "on"})
    asyncio.run(rig.choices.choose({"--lan/--no-lan": "off"}))
    rig.choose(proxy="socks5://127.0.0.1:9050")
    again = with_kept(STARTED, rig.file.read())
    assert again.proxy_at is not None and not again.lan


def test_what_cannot_be_written_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    monkeypatch.setattr(rig.file, "write", _full)
    with pytest.raises(PassingError):
        rig.choose(disk="5 GB")
    assert rig.choices.now == STARTED and rig.told == []


def _full(_: object) -> None:
    raise PassingError("the disk is full", "full")


def test_two_at_once_lose_nothing() -> None:
    rig = Rig()

    async def scene() -> None:
        choose = rig.choices.choose
        await asyncio.gather(choose({"--disk": "5 GB"}), choose({"--upload-limit": "1M"}))

    asyncio.run(scene())
    assert rig.file.read() == {"--disk": "5 GB", "--upload-limit": "1M"}
    assert rig.choices.now.disk_budget_bytes == 5 * GB
    assert rig.choices.now.up_bytes_per_s == 1_000_000


def test_what_a_file_says_wrong_names_the_setting() -> None:
    for kept in ({"--disk": "much"}, {"--no-such": "1"}):
        with pytest.raises(UserError, match=next(iter(kept))):
            with_kept(STARTED, kept)
