"""What the disk did to a log is named exactly, and mended."""

from pathlib import Path
from random import Random

import pytest
from swarmfeed import wiring
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.upkeep import Reindex, Verify
from swarmfeed.core.asks.writing import ImportPosts, OldPost, WritePost
from swarmfeed.desk import Desk
from swarmfeed.node.ground.settings import NodeSettings

pytestmark = [pytest.mark.slow, pytest.mark.attack("A29")]

QUIET = NodeSettings(network=False, dht=False)
TEXTS = [f"post {number}" for number in range(1_100)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    wiring.create_home(tmp_path, "Ann", "")
    with wiring.open_node(tmp_path, QUIET, "") as node:
        posts = tuple(OldPost(1_000 + at, text) for at, text in enumerate(TEXTS))
        node.ask(ImportPosts(posts=posts))
    return tmp_path


def chunks_of(home: Path) -> list[Path]:
    return sorted(home.glob("feeds/*/chunks/*.zst"))


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8 % len(content)] ^= 1 << bit % 8
    path.write_bytes(content)


def texts_shown(node: Desk) -> set[str]:
    me = node.ask(WhoAreYou()).author_id
    return {post.text for post in node.ask(Timeline(author=me, limit=1_000)).posts}


@pytest.mark.parametrize("seed", range(12))
def test_verify_names_exactly_the_chunk_with_a_flipped_bit(home: Path, seed: int) -> None:
    random = Random(seed)
    damaged = random.choice(chunks_of(home))
    whole = damaged.read_bytes()
    flip(damaged, random.randrange(len(whole) * 8))
    with wiring.open_node(home, QUIET, "") as node:
        report = node.ask(Verify())
        assert len(report.damaged) == 1
        assert damaged.name in report.damaged[0]
        assert report.entries == len(TEXTS) + 2 - 256
        (missing,) = node.ask(Verify()).missing
        assert missing.endswith("are missing"), "what is named is not trusted any more"
    kept = damaged.parent.parent / "incoming" / damaged.name
    assert len(kept.read_bytes()) == len(whole), "nor is it lost: the rest of it may be good"


@pytest.mark.parametrize("seed", range(6))
def test_an_index_made_from_damaged_logs_shows_nothing_false(home: Path, seed: int) -> None:
    random = Random(seed)
    for path in chunks_of(home):
        flip(path, random.randrange(path.stat().st_size * 8))
    with wiring.open_node(home, QUIET, "") as node:
        node.ask(Reindex())
        assert texts_shown(node) == set(TEXTS[1_024 - 2 :])


def test_verify_mends_a_journal_that_was_damaged_while_the_node_ran(home: Path) -> None:
    (journal,) = home.glob("feeds/*/journal")
    with wiring.open_node(home, QUIET, "") as node:
        node.ask(WritePost(text="before"))
        flip(journal, journal.stat().st_size * 4)
        (line,) = node.ask(Verify()).damaged
        assert "journal" in line
        assert node.ask(Verify()).damaged == ()
        node.ask(WritePost(text="after"))
    with wiring.open_node(home, QUIET, "") as node:
        assert node.ask(Verify()).damaged == ()
        assert {"before", "after"} <= texts_shown(node)
