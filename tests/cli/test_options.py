"""Options derive from settings: of the node, and of roles that bring their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import click
import pytest
from click.testing import CliRunner, Result
from msgspec import Struct
from street.authors import blank_keys
from street.fakes.doors import FakeDoors
from swarmfeed.cli.main import COMMANDS, make_main, settings_of_roles
from swarmfeed.cli.node_options import PARAMS, setting_options
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId, Endpoint
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings, Port, Setting, Size, declared
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.node.letters.settings import LetterSettings
from swarmfeed.node.lookup.settings import LookupSettings
from swarmfeed.node.mailboxes.settings import MailboxSettings
from swarmfeed.node.media.settings import MediaSettings
from swarmfeed.node.relay.settings import RelaySettings
from swarmfeed.node.supernode.settings import SupernodeSettings
from swarmfeed.node.wayin.settings import WayInSettings
from swarmfeed.node.witness.settings import WitnessSettings
from swarmfeed.shell.disk.keyfile import create_keys
from swarmfeed.shell.disk.settings import FileSettings


class ToySettings(Struct, frozen=True, kw_only=True):
    """Settings of a role that only a test has."""

    toys: Annotated[int, Setting("--toys", "How many toys.", within=(1, 9))] = 3
    owner: Annotated[str, Setting("--owner", "Whose.", metavar="WHO", shows_default=True)] = "a"
    dht: Annotated[bool, Setting("--toy-dht/--no-toy-dht", "Toys meet in the DHT.")] = True
    port: Annotated[Port, Setting("--toy-port", "Where they play.", stays=True)] = 0
    room: Annotated[Size, Setting("--room", "Room for toys.")] = 10
    friends: Annotated[tuple[Endpoint, ...], Setting("--toy-friend", "Who plays.")] = ()
    colour: Annotated[
        str | None,
        Setting("--colour", "Which toys.", choices=("red", "blue"), alone="red"),
    ] = None
    flavour: Annotated[str, Setting("--flavour", "Of sweets.", hidden=True)] = "sour"
    inner: int = 7

    def __post_init__(self) -> None:
        if self.colour == "blue" and self.toys > 3:
            raise UserError("there are only three blue toys")


@pytest.fixture
def keys(home: Path) -> Path:
    home.mkdir()
    create_keys(home / "keys", blank_keys(), "")
    return home


@pytest.fixture
def run(fake: FakeDoors, keys: Path) -> Callable[..., Result]:
    """The command line of nodes that have one role more."""
    main = make_main(settings=lambda: (*settings_of_roles(), ToySettings))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--home", str(keys), *arguments], obj=fake.doors)

    return run


def test_a_setting_of_a_role_is_an_option_and_reaches_the_node(
    run: Callable[..., Result], fake: FakeDoors
) -> None:
    run(
        *("run", "--no-open", "--toys", "5", "--owner", "b", "--no-toy-dht", "--toy-port", "2"),
        *("--room", "2K", "--toy-friend", "127.0.0.2:4", "--colour", "--no-dht"),
        *("--history", "friends"),
    )
    settings = fake.ran_with[0][0]
    assert settings.of(ToySettings) == ToySettings(
        toys=5,
        owner="b",
        dht=False,
        port=2,
        room=2_000,
        friends=(Endpoint("127.0.0.2", 4),),
        colour="red",
    )
    assert settings.of(HistorySettings) == HistorySettings(scope="friends")
    assert (settings.dht, settings.peers) == (False, ())


def test_the_node_knows_what_the_command_line_says(
    run: Callable[..., Result], fake: FakeDoors
) -> None:
    run("run", "--no-open", "--disk", "10G", "--no-dht", "--toys", "3")
    assert fake.ran_with[0][0].told == ("--dht/--no-dht", "--disk", "--toys")


def test_what_the_home_keeps_counts_where_the_command_says_nothing(
    run: Callable[..., Result], fake: FakeDoors, keys: Path
) -> None:
    kept = {"--disk": "5 GB", "--toys": "7", "--proxy": "socks5://127.0.0.1:9050"}
    FileSettings(keys).write(kept)
    run("run", "--no-open", "--toys", "5")
    settings = fake.ran_with[0][0]
    assert settings.disk_budget_bytes == 5_000_000_000
    assert settings.proxy == "socks5://127.0.0.1:9050"
    assert settings.of(ToySettings).toys == 5


@pytest.mark.attack("A311")
def test_no_command_goes_online_beside_the_proxy_that_the_home_keeps(
    run: Callable[..., Result], fake: FakeDoors, keys: Path
) -> None:
    FileSettings(keys).write({"--proxy": "socks5://127.0.0.1:9050"})
    run("timeline")
    run("fetch", "swarmfeed:" + format_author(AuthorId(bytes(32))))
    assert [each.proxy for each in fake.settings] == ["socks5://127.0.0.1:9050"] * 2


def test_a_node_does_not_start_with_settings_that_cannot_be_understood(
    run: Callable[..., Result], fake: FakeDoors, keys: Path
) -> None:
    for content in ("{", '{"settings": {"--proxy": "tor"}}', '{"settings": {"--prxoy": ""}}'):
        (keys / "settings").write_text(content, encoding="utf-8")
        result = run("run", "--no-open")
        assert result.exit_code == 1 and "settings" in result.stderr
    assert fake.ran_with == []


def test_what_is_left_out_has_the_default_of_its_field(
    run: Callable[..., Result], fake: FakeDoors
) -> None:
    run("run", "--no-open")
    assert fake.ran_with[0][0] == NodeSettings(
        others=(
            HistorySettings(),
            SupernodeSettings(),
            RelaySettings(),
            LookupSettings(),
            MediaSettings(),
            WayInSettings(),
            WitnessSettings(),
            LetterSettings(),
            MailboxSettings(),
            ToySettings(),
        )
    )


def test_settings_that_were_not_given_are_all_defaults() -> None:
    assert NodeSettings().of(ToySettings) == ToySettings()
    assert NodeSettings(others=(ToySettings(toys=1),)).of(ToySettings).toys == 1


def test_a_fetch_has_no_options_of_a_node_that_stays(run: Callable[..., Result]) -> None:
    shown = run("fetch", "--help").stdout
    assert "--toys" in shown
    assert "--toy-port" not in shown
    assert "--page-port" not in shown


def test_two_settings_of_one_name_are_a_bug() -> None:
    class Other(Struct, frozen=True, kw_only=True):
        toys: Annotated[int, Setting("--toys", "Other toys.")] = 1

    with pytest.raises(AssertionError, match="toys"):
        make_main(settings=lambda: (ToySettings, Other)).load_all()


def test_the_help_says_what_the_field_says(run: Callable[..., Result]) -> None:
    lines = [" ".join(line.split()) for line in run("run", "--help").stdout.splitlines()]
    assert "--toys INTEGER RANGE How many toys. [1<=x<=9]" in lines
    assert "--owner WHO Whose. [default: a]" in lines
    assert "--toy-dht / --no-toy-dht Toys meet in the DHT." in lines
    assert "--toy-friend HOST:PORT Who plays." in lines
    assert not any("--flavour" in line or "inner" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--toys", "10"), "--toys"),
        (("--toy-port", "70000"), "--toy-port"),
        (("--colour", "blue", "--toys", "4"), "there are only three blue toys"),
        (("--proxy", "http://127.0.0.1:8080"), "socks5://HOST:PORT"),
        (("--proxy", "socks5://127.0.0.1:9050", "--lan"), "leave one of them out"),
    ],
)
def test_what_does_not_fit_is_wrong_use(
    run: Callable[..., Result], fake: FakeDoors, arguments: tuple[str, ...], said: str
) -> None:
    refused = run("run", "--no-open", *arguments)
    assert (refused.exit_code, fake.ran_with) == (2, [])
    assert said in refused.stderr


def test_only_ports_are_remembered() -> None:
    remembered = {
        field.name: field.setting.remembered
        for field in declared(NodeSettings)
        if field.setting.remembered
    }
    assert remembered == {"page_port": "page", "link_port": "link"}


def test_what_needs_no_restart_is_known() -> None:
    """``tests/node/test_settings_at_once.py`` shows that each of them counts at once."""
    at_once = {
        field.setting.flag
        for kind in (NodeSettings, *settings_of_roles())
        for field in declared(kind)
        if not field.setting.restart
    }
    assert at_once - {"--history", "--keep-free"} == {
        *("--disk", "--download-limit", "--upload-limit", "--media-disk", "--media-fetch"),
        *("--mailbox-disk", "--supernode", "--metered/--not-metered"),
        "--hole-punching/--no-hole-punching",
    }


@pytest.mark.parametrize(
    "kind", [NodeSettings, *settings_of_roles()], ids=lambda kind: kind.__name__
)
def test_every_setting_has_a_sentence_and_a_type_that_can_be_typed_in(kind: type) -> None:
    for field in declared(kind):
        setting = field.setting
        assert setting.help.endswith(".")
        narrow = setting.choices or setting.within
        assert field.kind is bool or narrow or field.kind in PARAMS
    assert len(setting_options(kind, stays=True)) >= len(declared(kind))


def test_a_command_from_outside_joins_by_argument(fake: FakeDoors, keys: Path) -> None:
    @click.command()
    def toy() -> None:
        click.echo("a toy")

    def make_other(settings: object) -> click.Command:
        return click.Command("other", callback=lambda: click.echo(str(settings)))

    main = make_main(commands=(*COMMANDS, toy, make_other), settings=lambda: (ToySettings,))
    assert list(main.load_all())[-3:] == ["reindex", "toy", "other"]
    assert CliRunner().invoke(main, ["toy"]).stdout == "a toy\n"
    assert "ToySettings" in CliRunner().invoke(main, ["other"]).stdout
