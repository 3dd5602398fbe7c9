"""``run`` and ``open``."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from msgspec.structs import replace
from street.authors import blank_keys
from street.fakes.anna import LINK
from street.fakes.doors import FakeDoors
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.supernode.waylist import WayList
from swarmfeed.node.ground.home import Begun, SecureAt
from swarmfeed.node.ground.settings import NodeSettings
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

Run = Callable[..., Result]
PAGE = "http://127.0.0.1:1/login?token=t"
OTHERS = (
    HistorySettings(),
    SupernodeSettings(),
    RelaySettings(),
    LookupSettings(),
    MediaSettings(),
    WayInSettings(),
    WitnessSettings(),
    LetterSettings(),
    MailboxSettings(),
)


@pytest.fixture
def keys(home: Path) -> Path:
    home.mkdir()
    create_keys(home / "keys", blank_keys(), "")
    return home


def test_run_prints_the_page_and_the_link_and_stops_on_ctrl_c(
    run: Run, fake: FakeDoors, keys: Path
) -> None:
    result = run("run", "--no-open")
    assert (result.exit_code, result.stdout) == (0, f"page: {PAGE}\nlink: {LINK}\n")
    assert fake.ran_with == [(NodeSettings(others=OTHERS), "")]
    assert fake.opened == []


def test_run_says_where_apps_find_it_by_https(run: Run, fake: FakeDoors, keys: Path) -> None:
    fake.secure = SecureAt(url="https://127.0.0.1:4", fingerprint="AB:CD")
    said = run("run", "--no-open", "--tls-port", "4").stdout
    assert said.endswith("https: https://127.0.0.1:4\ncertificate: AB:CD\n")


def test_every_option_reaches_the_settings(run: Run, fake: FakeDoors, keys: Path) -> None:
    listed = keys.with_name("supernodes.txt")
    listed.write_text("# from a friend\n192.0.2.7:4000\n")
    run(
        *("run", "--page-port", "1", "--link-port", "2", "--swarm-port", "3"),
        *("--listen", "127.0.0.1", "--peer", "127.0.0.2:4", "--peer", "[::1]:5"),
        *("--no-dht", "--dht-node", "localhost:6", "--lan", "--disk", "1.5G", "--no-open"),
        *("--download-limit", "2M", "--upload-limit", "500 KB", "--supernode", "on"),
        *("--supernode-disk", "2G", "--media-disk", "3G", "--media-fetch", "500K"),
        *("--supernode-list", str(listed)),
        *("--mailbox-disk", "500M", "--witness", "127.0.0.3:8"),
        *("--tls-port", "4", "--tls-listen", "127.0.0.9"),
    )
    assert replace(fake.ran_with[0][0], told=()) == NodeSettings(
        page_port=1,
        tls_port=4,
        tls_listen="127.0.0.9",
        link_port=2,
        swarm_port=3,
        listen="127.0.0.1",
        peers=(Endpoint("127.0.0.2", 4), Endpoint("::1", 5)),
        dht=False,
        dht_nodes=(Endpoint("127.0.0.1", 6),),
        lan=True,
        disk_budget_bytes=1_500_000_000,
        down_bytes_per_s=2_000_000,
        up_bytes_per_s=500_000,
        others=(
            HistorySettings(),
            SupernodeSettings(supernode="on"),
            RelaySettings(),
            LookupSettings(recent_bytes=2_000_000_000),
            MediaSettings(disk_bytes=3_000_000_000, fetched_bytes=500_000),
            WayInSettings(supernode_list=(WayList((Endpoint("192.0.2.7", 4000),)),)),
            WitnessSettings(witness=(Endpoint("127.0.0.3", 8),)),
            LetterSettings(),
            MailboxSettings(disk_bytes=500_000_000),
        ),
    )


def test_the_browser_is_shown_a_private_file_not_the_token(
    run: Run, fake: FakeDoors, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    (keys / "run").mkdir()
    run("run")
    (opened,) = fake.opened
    redirect = keys / "run" / "open.html"
    assert opened == redirect.as_uri()
    assert redirect.stat().st_mode & 0o777 == 0o600
    assert f"url={PAGE}" in redirect.read_text()


def test_without_a_screen_no_browser_is_tried(
    run: Run, fake: FakeDoors, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert run("run").exit_code == 0
    assert fake.opened == []


def test_without_a_terminal_protected_keys_are_opened_on_the_page(
    run: Run, home: Path, fake: FakeDoors
) -> None:
    home.mkdir()
    header = "swarmfeed keys 2\nx\npassphrase: set\nargon2id: 1 operations, 8192 bytes\n"
    box = "A" * 323 + "="  # 24 + 16 + 202 bytes
    (home / "keys").write_text(f"{header}salt: {'A' * 22}==\n\n{box}\n")
    (home / "keys").chmod(0o600)
    page = "page: http://127.0.0.1:1/login?token=s\n"
    result = run("run")
    assert (result.exit_code, result.stdout, fake.ran_with) == (0, page, []), "stopped there"
    fake.begins = Begun(passphrase="typed on the page", sockets=["a socket"])
    result = run("run", "--no-open")
    assert result.stdout == f"{page}page: {PAGE}\nlink: {LINK}\n"
    assert [passphrase for _, passphrase in fake.ran_with] == ["typed on the page"]
    assert fake.sockets == [["a socket"]], "the node goes on at the same port"


def test_where_nobody_was_yet_the_page_asks_all_that_is_needed(
    run: Run, fake: FakeDoors, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    (home / "run").mkdir(parents=True)
    fake.begins = Begun(passphrase="", sockets=["a socket"])
    result = run("run")
    assert (result.exit_code, result.stdout.count("page: ")) == (0, 2)
    assert len(fake.opened) == 1, "the browser that began goes on by itself"
    assert fake.ran_with == [(NodeSettings(others=OTHERS), "")]


def test_where_keys_were_lost_nobody_new_begins(run: Run, fake: FakeDoors, home: Path) -> None:
    (home / "feeds/one").mkdir(parents=True)
    (home / "feeds/one/journal").touch()
    fake.begins = Begun(passphrase="", sockets=["a socket"])
    assert run("run", "--no-open").exit_code == 1
    assert fake.ran_with == []


def test_open_prints_a_fresh_link(run: Run) -> None:
    assert run("open", "--no-open").stdout == f"page: {PAGE}\n"
    assert json.loads(run("open", "--json").stdout) == {"page": PAGE}


@pytest.mark.parametrize(
    "option",
    [
        ("--peer", "127.0.0.1"),
        ("--peer", "127.0.0.1:0"),
        ("--peer", "127.0.0.1:65536"),
        ("--peer", "::1:5"),
        ("--disk", "much"),
        ("--link-port", "70000"),
    ],
)
def test_wrong_values_are_exit_code_2(run: Run, keys: Path, option: tuple[str, str]) -> None:
    assert run("run", *option).exit_code == 2


def test_run_gives_the_disk_for_history(run: Run, fake: FakeDoors, keys: Path) -> None:
    run("run", "--history", "friends", "--disk", "20GB", "--keep-free", "5G", "--no-open")
    settings = fake.ran_with[0][0]
    choice = settings.of(HistorySettings).choice(settings.disk_budget_bytes)
    assert choice is not None
    assert (choice.scope, choice.disk_bytes, choice.free_bytes_min) == (
        "friends",
        20 * 10**9,
        5 * 10**9,
    )


def test_history_is_for_the_community_unless_told_otherwise(
    run: Run, fake: FakeDoors, keys: Path
) -> None:
    run("run", "--history", "--no-open")
    settings = fake.ran_with[0][0]
    choice = settings.of(HistorySettings).choice(settings.disk_budget_bytes)
    assert choice is not None and choice.scope == "community"


@pytest.mark.parametrize("scope", ["friends", "community", "open"])
@pytest.mark.parametrize("form", ["--history {}", "--history={}"])
def test_whose_history_is_held_stands_behind_the_flag(
    run: Run, fake: FakeDoors, keys: Path, scope: str, form: str
) -> None:
    run("run", *form.format(scope).split(), "--no-open")
    assert fake.ran_with[0][0].of(HistorySettings).scope == scope


@pytest.mark.parametrize("words", ["--history everybody", "--friends", "--community", "--open"])
def test_a_scope_that_there_is_not_is_wrong_use(
    run: Run, fake: FakeDoors, keys: Path, words: str
) -> None:
    refused = run("run", *words.split(), "--no-open")
    assert (refused.exit_code, fake.ran_with) == (2, [])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"192.0.2.7:4000\nexample.org:1\n", "line 2 of the list"),
        (b"\xff", "not UTF-8"),
        (b"# nobody\n", "names no supernode"),
        (None, "cannot be read"),
    ],
)
def test_a_list_of_supernodes_that_cannot_be_read_starts_nothing(
    run: Run, fake: FakeDoors, keys: Path, written: bytes | None, said: str
) -> None:
    listed = keys.with_name("supernodes.txt")
    if written is not None:
        listed.write_bytes(written)
    result = run("run", "--supernode-list", str(listed))
    assert result.exit_code == 2
    assert said in result.stderr
    assert fake.ran_with == []
