"""What was here and is gone is named, again and again, until it is back."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ordeals.bits.homes import Homes, Shown, make_homes, read_everything
from swarmfeed.core.asks.people import Unfollow
from swarmfeed.core.asks.upkeep import HowIsIt, Reindex, Verify
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.types import FeedId
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.wiring import open_node

pytestmark = [pytest.mark.slow, pytest.mark.attack("A29")]

QUIET = NodeSettings(network=False, dht=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    homes = make_homes(tmp_path_factory.mktemp("homes"))
    with open_node(homes.home, QUIET, "") as node:
        assert node.ask(Verify()).missing == ()
    return homes


@pytest.fixture
def home(built: Homes, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(built.home, tmp_path / "home")
    yield tmp_path / "home"


@pytest.fixture(scope="module")
def truth(built: Homes) -> Shown:
    with open_node(built.home, QUIET, "") as node:
        return read_everything(node, built)


def folder(home: Path, feed_id: FeedId) -> Path:
    return home / "feeds" / format_address(feed_id)


OWN, BOB, CYD = range(3)


def lose_chunk(home: Path, homes: Homes, which: int) -> None:
    next(folder(home, homes.feeds[which]).glob("chunks/*-0-1.zst")).unlink()


def lose_journal(home: Path, homes: Homes, which: int) -> None:
    (folder(home, homes.feeds[which]) / "journal").unlink()


def lose_folder(home: Path, homes: Homes, which: int) -> None:
    shutil.rmtree(folder(home, homes.feeds[which]))


@pytest.mark.parametrize(
    ("lose", "which", "what"),
    [
        (lose_chunk, OWN, "entries 256 to 511"),
        (lose_chunk, BOB, "entries 256 to 511"),
        (lose_journal, BOB, "all"),
        (lose_folder, BOB, "all"),
        (lose_folder, CYD, "all"),
    ],
)
def test_each_verify_names_what_is_absent(
    built: Homes,
    home: Path,
    truth: Shown,
    lose: Callable[[Path, Homes, int], None],
    which: int,
    what: str,
) -> None:
    lose(home, built, which)
    address = format_address(built.feeds[which])
    for _ in range(2):  # the second start as well
        with open_node(home, QUIET, "") as node:
            assert "missing" in node.ask(HowIsIt()).sentence
            for _ in range(2):
                (line,) = node.ask(Verify()).missing
                whose = ("", " of Bob", " of Cyd")[which]
                assert line.startswith(f"feed {address}{whose}:")
                assert what in line
            assert read_everything(node, built).posts == truth.posts, "the index has them still"
    with open_node(home, QUIET, "") as node:
        (line,) = node.ask(Reindex()).missing
        assert address in line
        assert what in line
        shown = read_everything(node, built).posts
        assert set(shown) < set(truth.posts)


def test_nothing_is_missed_of_somebody_who_is_not_followed_any_more(
    built: Homes, home: Path
) -> None:
    lose_folder(home, built, CYD)
    with open_node(home, QUIET, "") as node:
        assert node.ask(Verify()).missing
        node.ask(Unfollow(who=format_author(built.authors[CYD])))
        assert node.ask(Verify()).missing == ()
    with open_node(home, QUIET, "") as node:
        assert node.ask(Verify()).missing == ()


def test_without_a_ledger_the_index_knows_what_was_here(built: Homes, home: Path) -> None:
    (home / "ledger.db").unlink()
    lose_folder(home, built, BOB)
    with open_node(home, QUIET, "") as node:
        assert format_address(built.feeds[BOB]) in node.ask(Verify()).missing[0]


def test_without_an_index_the_ledger_knows_whom_one_read(built: Homes, home: Path) -> None:
    (home / "index.db").unlink()
    lose_chunk(home, built, BOB)
    with open_node(home, QUIET, "") as node:
        (line,) = node.ask(Verify()).missing
        assert "entries 256 to 511" in line
        shown = read_everything(node, built).posts
        assert (built.feeds[BOB], 600) in shown, "what is here is readable"


@pytest.mark.parametrize("content", [None, b"", b"le", b"garbage"])
def test_certificates_are_written_anew(built: Homes, home: Path, content: bytes | None) -> None:
    path = folder(home, built.feeds[BOB]) / "certificates"
    whole = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with open_node(home, QUIET, "") as node:
        (line,) = node.ask(Verify()).damaged
        assert "it is written anew" in line
        assert path.read_bytes() == whole
        assert node.ask(Verify()).damaged == ()


def test_a_home_without_its_own_feed_is_not_all_good(built: Homes, home: Path) -> None:
    for name in ("ledger.db", "index.db", "high-water"):
        path = home / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    lose_folder(home, built, OWN)
    with open_node(home, QUIET, "") as node:
        for _ in range(2):
            report = node.ask(Verify())
            said = "\n".join((*report.missing, *report.damaged))
            assert format_address(built.feeds[OWN]) in said
