"""The index is compared with the logs: rows that are right by every checksum, and false."""

import shutil
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from ordeals.bits.homes import Homes, Shown, make_homes, read_everything
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.upkeep import HowIsIt, Verify
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.errors import DamageError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.store.sqlite import connect
from swarmfeed.wiring import open_node

pytestmark = [pytest.mark.slow, pytest.mark.attack("A29")]

QUIET = NodeSettings(network=False, dht=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    homes = make_homes(tmp_path_factory.mktemp("homes"))
    with open_node(homes.home, QUIET, ""):
        return homes


@pytest.fixture(scope="module")
def truth(built: Homes) -> Shown:
    with open_node(built.home, QUIET, "") as node:
        return read_everything(node, built)


@pytest.fixture
def home(built: Homes, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(built.home, tmp_path / "home")
    yield tmp_path / "home"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE post SET text = 'never said' WHERE id = 300",
        "UPDATE profile SET name = 'Mallory'",
        "DELETE FROM post WHERE id BETWEEN 100 AND 120",
        "DELETE FROM reply",
        "UPDATE amendment SET text = 'never said'",
        "UPDATE follow SET followed = 0",
        "DELETE FROM follow",
        "UPDATE feed SET author = (SELECT max(no) FROM author)",
        "INSERT INTO post_words (post_words) VALUES ('delete-all')",
        "DELETE FROM indexed",
    ],
)
def test_what_differs_is_read_again(
    built: Homes, home: Path, truth: Shown, statement: str
) -> None:
    with closing(connect(home / "index.db")) as db:
        db.execute(statement)
    with open_node(home, QUIET, "") as node:
        node.ask(Verify())
        assert read_everything(node, built) == truth
        assert node.ask(Verify()).damaged == ()


def test_an_older_copy_of_the_index_is_filled_up(
    built: Homes, home: Path, truth: Shown
) -> None:
    """As after a backup was put back: every page is right, and not the newest."""
    with closing(connect(home / "index.db")) as db:
        db.execute("DELETE FROM post WHERE id > 900")
        db.execute("DELETE FROM indexed WHERE stop > 300")
    with open_node(home, QUIET, "") as node:
        node.ask(Verify())
        assert read_everything(node, built) == truth


def test_posts_of_a_feed_that_is_not_kept_are_taken_out(
    built: Homes, home: Path, truth: Shown
) -> None:
    with closing(connect(home / "index.db")) as db:
        db.execute("INSERT INTO author (no, author_id) VALUES (99, zeroblob(32))")
        db.execute(
            "INSERT INTO feed (no, feed_id, author, prefix) VALUES (99, zeroblob(32), 99, 0)"
        )
        db.execute("INSERT INTO block VALUES (5000, 99, 0, 10)")
    with open_node(home, QUIET, "") as node:
        (line,) = node.ask(Verify()).damaged
        assert "a feed that is not kept here" in line
        assert node.ask(Verify()).damaged == ()
        assert read_everything(node, built) == truth


@pytest.mark.parametrize("seed", range(6))
def test_an_index_that_is_damaged_while_it_is_read_is_made_anew(
    built: Homes, home: Path, truth: Shown, seed: int
) -> None:
    with open_node(home, QUIET, "") as node:
        path = home / "index.db"
        content = bytearray(path.read_bytes())
        for page in range(4_096, len(content), 4_096):
            content[page + 500 * seed + 300] ^= 1 << seed
        with path.open("r+b") as file:
            file.write(content)
        assert read_everything(node, built) == truth
        assert node.ask(Verify()).damaged == ()
    assert path.with_name("index.db.damaged").exists()


def test_a_node_that_runs_makes_its_index_anew_by_itself(
    built: Homes, home: Path, truth: Shown
) -> None:
    """Nobody has to ask for a post: whoever meets the damage has it mended."""
    online = NodeSettings(listen="127.0.81.1", dht=False)
    with open_node(home, online, "") as node:
        path = home / "index.db"
        content = bytearray(path.read_bytes())
        for page in range(4_096, len(content), 4_096):
            content[page + 300] ^= 1
        with path.open("r+b") as file:
            file.write(content)
        with suppress(DamageError):
            node.ask(WritePost(text="written into a damaged index"))
        read_everything(node, built)  # or what there is of it by now
        while sentences.INDEX_FILLS() in node.ask(HowIsIt()).sentence:
            time.sleep(0.05)
        shown = read_everything(node, built)
        assert set(truth.posts) < set(shown.posts)
        assert [*shown.names.values()] == [*truth.names.values()]
        new = {said for at, said in shown.posts.items() if at not in truth.posts}
        assert "written into a damaged index" in str(new)
        assert len(new) == 1
        assert path.with_name("index.db.damaged").exists()
