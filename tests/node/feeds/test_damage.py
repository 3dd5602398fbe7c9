"""What the disk did to a log is named exactly, and mended."""

from pathlib import Path
from random import Random

import pytest
from swarmfeed import wiring
from swarmfeed.facade import Facade
from swarmfeed.node.ground.settings import NodeSettings

pytestmark = [pytest.mark.slow, pytest.mark.attack("A29")]

QUIET = NodeSettings(network=False, dht=False)
TEXTS = [f"post {number}" for number in range(1_100)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    wiring.create_home(tmp_path, "Ann", "")
    with wiring.open_node(tmp_path, QUIET, "") as node:
        node.import_posts([(1_000 + at, text) for at, text in enumerate(TEXTS)])
    return tmp_path


def chunks_of(home: Path) -> list[Path]:
    return sorted(home.glob("feeds/*/chunks/*.zst"))


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8 % len(content)] ^= 1 << bit % 8
    path.write_bytes(content)


def texts_shown(node: Facade) -> set[str]:
    return {post.text for post in node.author_posts(node.whoami().author_id, 1_000)}


@pytest.mark.parametrize("seed", range(12))
def test_verify_names_exactly_the_chunk_with_a_flipped_bit(home: Path, seed: int) -> None:
    random = Random(seed)
    damaged = random.choice(chunks_of(home))
    whole = damaged.read_bytes()
    flip(damaged, random.randrange(len(whole) * 8))
    with wiring.open_node(home, QUIET, "") as node:
        report = node.verify()
        assert len(report.damaged) == 1
        assert damaged.name in report.damaged[0]
        assert report.entries == len(TEXTS) + 2 - 256
        assert node.verify().damaged == (), "what is named is not trusted any more"
    kept = damaged.parent.parent / "incoming" / damaged.name
    assert len(kept.read_bytes()) == len(whole), "nor is it lost: the rest of it may be good"


@pytest.mark.parametrize("seed", range(6))
def test_an_index_made_from_damaged_logs_shows_nothing_false(home: Path, seed: int) -> None:
    random = Random(seed)
    for path in chunks_of(home):
        flip(path, random.randrange(path.stat().st_size * 8))
    with wiring.open_node(home, QUIET, "") as node:
        node.reindex()
        assert texts_shown(node) == set(TEXTS[1_024 - 2 :])


def test_verify_mends_a_journal_that_was_damaged_while_the_node_ran(home: Path) -> None:
    (journal,) = home.glob("feeds/*/journal")
    with wiring.open_node(home, QUIET, "") as node:
        node.publish_post("before")
        flip(journal, journal.stat().st_size * 4)
        (line,) = node.verify().damaged
        assert "journal" in line
        assert node.verify().damaged == ()
        node.publish_post("after")
    with wiring.open_node(home, QUIET, "") as node:
        assert node.verify().damaged == ()
        assert {"before", "after"} <= texts_shown(node)
