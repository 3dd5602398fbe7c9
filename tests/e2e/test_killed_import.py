"""``swarmfeed import`` of a large archive, killed at random moments and begun again.

Each post is there once, in its thread and with its picture, whether the node was killed that
does the work, or the command that does it alone; and nothing on disk is damaged.
"""

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from tests.e2e.nodes import CHECKOUT, PATIENCE_S, Node
from tests.made_archives import OWNER, javascript, photo, picture, tweet, zipped

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

POSTS = 10_000
"""Five batches, each a fifth of a second: time to be killed between and within them."""
ILLUSTRATED = 1_000
"""One post in so many has a picture."""
ANSWERS = 100
"""One in so many answers the one before it."""
SEED = 14

FIRST_ID = 1_500_000_000_000_000_000


def name_of(number: int) -> str:
    return str(FIRST_ID + (number << 22))


def large_archive() -> bytes:
    tweets, pictures = [], {}
    for number in range(POSTS):
        more: dict[str, object] = {}
        text = f"post {number} of many &amp; more"
        if number % ILLUSTRATED == 1:
            shown = photo("https://t.co/aaaaaaaaaa", f"{number}.png")
            pictures[f"data/tweets_media/{name_of(number)}-{number}.png"] = picture(
                number % 251
            )
            more["extended_entities"] = {"media": [shown]}
            text += " https://t.co/aaaaaaaaaa"
        if number % ANSWERS == 2:
            more["in_reply_to_status_id_str"] = name_of(number - 1)
            more["in_reply_to_user_id_str"] = OWNER
        made = tweet(0, text, created_at="Sat Jan 22 10:00:00 +0000 2022", **more)
        made["tweet"]["id_str"] = made["tweet"]["id"] = name_of(number)
        tweets.append(made)
    account = javascript("account", [{"account": {"accountId": OWNER}}])
    files = {"data/account.js": account, "data/tweets.js": javascript("tweets", tweets)}
    return zipped({**files, **pictures})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "x.zip"
    path.write_bytes(large_archive())
    return path


@pytest.mark.parametrize(
    ("chunks", "is_alone"), [(1, False), (9, False), (17, False), (9, True)]
)
def test_killed_and_begun_again_each_post_is_there_once(
    tmp_path: Path, archive: Path, chunks: int, is_alone: bool
) -> None:
    random = Random(SEED + chunks)
    node = Node(tmp_path, "anna")
    if not is_alone:
        node.start("--no-dht")
    importing = begin_import(node, archive)
    node.wait_for(f"{chunks} chunks", lambda: sealed(node) >= chunks or None, every_s=0.01)
    try:
        importing.wait(random.uniform(0, 0.05))
    except subprocess.TimeoutExpired:
        if is_alone:
            importing.kill()
    node.kill()
    importing.wait(PATIENCE_S)
    if not is_alone:
        node.start("--no-dht")
    done = json.loads(node.command("import", str(archive), "--yes", "--anyway", "--json"))
    assert (done["state"], done["media_missing"]) == ("done", 0)
    assert done["imported"] + done["already_there"] == POSTS
    assert done["already_there"] > 0, "what was signed before the kill is there"
    assert done["imported"] > 0, "it was killed in the middle"
    check(node, tmp_path / "out")
    again = json.loads(node.command("import", str(archive), "--yes", "--json", "--anyway"))
    assert (again["imported"], again["already_there"]) == (0, POSTS)
    node.stop()


def begin_import(node: Node, archive: Path) -> "subprocess.Popen[bytes]":
    words = [*node.program_line(), "import", str(archive), "--yes", "--anyway"]
    with node.log.open("ab") as log:
        return subprocess.Popen(
            words, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def sealed(node: Node) -> int:
    """How many chunks there are of the own feed."""
    return len(list((node.home / "feeds").glob("*/chunks/*.zst")))


def check(node: Node, folder: Path) -> None:
    """All that the archive has is in the log, once, and goes out again."""
    assert node.command_json("verify")["damaged"] == []
    node.command("export", str(folder))
    lines = list(map(json.loads, (folder / "posts.jsonl").read_bytes().splitlines()))
    by_source = {each["src"].rpartition("/")[2]: each for each in lines}
    assert len(lines) == len(by_source) == POSTS
    ids = {each["src"].rpartition("/")[2]: each["id"] for each in lines}
    for number in range(POSTS):
        post = by_source[name_of(number)]
        assert post["text"].startswith(f"post {number} of many & more")
        assert len(post.get("media", ())) == (number % ILLUSTRATED == 1)
        answered = ids[name_of(number - 1)] if number % ANSWERS == 2 else None
        assert post.get("answers") == answered
