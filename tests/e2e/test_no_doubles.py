"""What is said again is not done again: by commands, on a restored device, in bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.nodes import CHECKOUT, PATIENCE_S, Neighbourhood, Node, Refused

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def notebook(tmp_path: Path) -> str:
    lines = [
        {"author": "me", "time": 1_500_000_000 + n, "text": f"old {n}"} for n in range(300)
    ]
    path = tmp_path / "notebook.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_a_restored_device_imports_nothing_twice(
    neighbourhood: Neighbourhood, notebook: str
) -> None:
    anna = neighbourhood.add("anna", "--no-dht").start()
    ben = neighbourhood.add("ben", "--no-dht", "--peer", anna.link_endpoint()).start()
    assert anna.command_json("import", notebook)["imported"] == 300
    ben.post("follow", who=anna.author)
    ben.wait_until_held(anna.author, 302)
    anna.stop()

    again = neighbourhood.add(
        "anna2", "--no-dht", "--peer", ben.link_endpoint(), words=anna.words
    )
    with pytest.raises(Refused, match="this is not your first device"):
        again.command("import", notebook)
    again.start()
    again.wait_for(
        "what was written before",
        lambda: len(again.texts_of(anna.author, 1_000)) == 300,
    )
    report = again.command_json("import", notebook)
    assert (report["imported"], report["already_there"]) == (0, 300)
    assert len(again.texts_of(anna.author, 1_000)) == 300


def test_a_post_with_a_key_is_one_whether_a_node_runs_or_not(
    neighbourhood: Neighbourhood,
) -> None:
    anna = neighbourhood.add("anna", "--no-dht")
    first = anna.command_json("post", "Hello", "--key", "k-1")
    anna.start()
    assert anna.command_json("post", "Hello", "--key", "k-1")["hash"] == first["hash"]
    anna.kill()
    anna.start()
    assert anna.post("post", text="Hello", key="k-1")["hash"] == first["hash"]
    with pytest.raises(Refused, match="with other words"):
        anna.command("post", "Goodbye", "--key", "k-1")
    assert anna.texts_of(anna.author) == ["Hello"]


def test_a_message_with_a_key_is_one_whether_a_node_runs_or_not(
    neighbourhood: Neighbourhood,
) -> None:
    anna = neighbourhood.add("anna", "--no-dht")
    bob = neighbourhood.add("bob", "--no-dht")
    words = ("message", bob.author, "Hello", "--key", "k-1")
    first = anna.command_json(*words)
    anna.start()
    assert anna.command_json(*words)["id"] == first["id"]
    anna.kill()
    anna.start()
    assert anna.post("message", talk=bob.author, text="Hello", key="k-1")["id"] == first["id"]
    with pytest.raises(Refused, match="with other words"):
        anna.command("message", bob.author, "Goodbye", "--key", "k-1")
    found = anna.get("conversation", talk=bob.author)["letters"]
    assert [each["text"] for each in found] == ["Hello"]


def run_bytes(node: Node, *words: bytes, stdin: bytes = b"") -> tuple[int, str]:
    """Run a command with bytes that need not be UTF-8, in the poorest locale there is."""
    program = [sys.executable, "-m", "swarmfeed", "--home", str(node.home)]
    done = subprocess.run(
        [*map(os.fsencode, program), *words],
        cwd=CHECKOUT,
        env={**os.environ, "LC_ALL": "C"},
        input=stdin,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    return done.returncode, done.stderr.decode()


def test_bytes_that_are_no_text_are_refused_and_nothing_is_published(
    neighbourhood: Neighbourhood, tmp_path: Path
) -> None:
    anna = neighbourhood.add("anna", "--no-dht")
    said = [
        run_bytes(anna, b"post", b"-", stdin=b"caf\xe9 noir"),
        run_bytes(anna, b"post", b"caf\xe9 noir"),
        run_bytes(anna, b"search", b"caf\xe9"),
        run_bytes(
            anna, b"import", b"-", stdin=b'{"author": "a", "time": 1, "text": "caf\xe9"}\n'
        ),
    ]
    for code, sentence in said:
        assert code in (1, 2)
        assert "is not UTF-8" in sentence
        assert "Traceback" not in sentence
    assert anna.command_json("timeline") == []
    code, _ = run_bytes(anna, b"post", b"-", stdin="café".encode())
    assert code == 0, "in any locale"
    assert [post["text"] for post in anna.command_json("timeline")] == ["café"]
