"""Programs that people know, against real nodes: what one app writes another one reads."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from PIL import Image

from tests.cli.test_last_ports import free_port
from tests.e2e.clients import LoggedIn, call, new_token, node_packages, python_program
from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node
from tests.e2e.terminal import DOWN, ENTER, Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


SEND = "\x03\x03"
"""C-c C-c, by which Emacs sends what is written."""


EMACS_PACKAGES = Path("/usr/share/emacs/site-lisp/elpa-src")
"""Where Debian has them."""


def draw(path: Path) -> Path:
    """Write a small picture."""
    Image.new("RGB", (4, 4), (200, 30, 30)).save(path)
    return path


class Toot:
    """The command ``toot``, with settings of its own."""

    def __init__(self, folder: Path, node: Node) -> None:
        self._program = python_program("toot", "toot==0.52.*") / "toot"
        self._env = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "NO_COLOR": "1"}
        self._env |= {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
        self._node = node

    def log_in(self) -> None:
        """Ask for the page, let it in there, paste the code."""
        with subprocess.Popen(
            [str(self._program), "login", "-i", self._node.page_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**self._env, "BROWSER": "/bin/true"},
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            said = b""
            while not (found := re.search(rb"oauth/authorize/?\?(\S+)\s", said)):
                byte = process.stdout.read(1)
                assert byte, said.decode()
                said += byte
            query = dict(each.split("=", 1) for each in found[1].decode().split("&"))
            code = LoggedIn(self._node).let_in(
                {key: unquote_plus(each) for key, each in query.items()}
            )
            process.stdin.write(f"n\n{code}\n".encode())
            process.stdin.flush()
            rest, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, (said + rest).decode()

    def screen(self) -> Terminal:
        """``toot tui`` in a terminal; the block ends it."""
        return Terminal([str(self._program), "tui"], self._env)

    def __call__(self, *words: str, stdin: str = "") -> str:
        done = subprocess.run(
            [str(self._program), *words],
            input=stdin,
            capture_output=True,
            text=True,
            env=self._env,
            timeout=PATIENCE_S,
        )
        assert done.returncode == 0, f"toot {words}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    """Anna and Bob, who follow each other."""
    opened = Neighbourhood(tmp_path_factory.mktemp("apps"))
    try:
        anna = opened.add("anna").start()
        options = ("--peer", anna.link_endpoint(), "--tls-port", str(free_port()))
        bob = opened.add("bob", *options).start()
        anna.post("follow", who=bob.author)
        bob.post("follow", who=anna.author)
        anna.post("post", text="Good morning from Anna. #tea")
        bob.wait_for("Anna's post", lambda: bob.texts_of(anna.author))
        yield anna, bob
    finally:
        opened.close()


def handle(node: Node) -> str:
    return f"{node.name}@{node.author}.swarm"


def shows(node: Node, author: Node, words: str) -> bool:
    """Whether a post of somebody with these words is there."""
    return any(words in each for each in node.texts_of(author.author))


def test_toot_reads_posts_and_does_what_a_person_does(
    two: tuple[Node, Node], tmp_path: Path
) -> None:
    anna, bob = two
    toot = Toot(tmp_path, bob)
    toot.log_in()
    assert "bob" in toot("whoami")
    assert "Good morning from Anna" in toot("timelines", "home", "--no-pager")
    told = json.loads(toot("post", "From a terminal", "--json"))
    anna.wait_for("what toot wrote", lambda: "From a terminal" in anna.texts_of(bob.author))
    picture = draw(tmp_path / "dot.png")
    shown = json.loads(
        toot("post", "A dot", "--media", str(picture), "--description", "One dot", "--json")
    )
    assert shown["media_attachments"][0]["description"] == "One dot"
    reply = toot("post", "An answer", "--reply-to", told["id"], "--json")
    assert json.loads(reply)["in_reply_to_id"] == told["id"]
    assert "An answer" in toot("thread", told["id"])
    hers = json.loads(toot("search", "Good morning", "--json"))["statuses"][0]["id"]
    for wish in ("favourite", "reblog", "bookmark", "unfavourite", "unreblog", "unbookmark"):
        toot(wish, hers)
    toot("unfollow", handle(anna))
    toot("follow", handle(anna))
    toot("mute", handle(anna))
    toot("unmute", handle(anna))
    toot("delete", told["id"])
    assert "From a terminal" not in toot("timelines", "home", "--no-pager")
    anna.post("post", text=f"Hello swarmfeed:{bob.author}")
    bob.wait_for("to be told", lambda: "Hello" in toot("notifications"))


def test_a_person_reads_posts_and_answers_in_toot_tui(
    two: tuple[Node, Node], tmp_path: Path
) -> None:
    anna, bob = two
    toot = Toot(tmp_path, bob)
    toot.log_in()
    anna.post("post", text="Is anybody in a terminal?")
    bob.wait_for("her question", lambda: shows(bob, anna, "Is anybody"))
    with toot.screen() as screen:
        screen.wait_for("press Enter to continue")  # it has a newer sister
        screen.type(ENTER)
        screen.wait_for("Is anybody in a terminal?", "Reply")
        screen.type("r")
        screen.wait_for("Replying to anna", "Visibility: public")
        screen.type("Here I am" + 3 * DOWN)
        screen.wait_for("Here I am")
        screen.type(ENTER)
        anna.wait_for("the answer", lambda: shows(anna, bob, "Here I am"))
        screen.wait_for("Reply")
        screen.type("c")
        screen.wait_for("Status message")
        screen.type("By hand, in a terminal" + 3 * DOWN)
        screen.wait_for("By hand, in a terminal")
        screen.type(ENTER)
        anna.wait_for("the post", lambda: shows(anna, bob, "By hand"))
    answer = json.loads(toot("search", "Here I am", "--json"))["statuses"][0]
    assert "Is anybody in a terminal?" in toot("thread", answer["in_reply_to_id"])


def tls_port(node: Node) -> str:
    return node.options[node.options.index("--tls-port") + 1]


class Emacs:
    """Emacs with its client for Mastodon, in a terminal, with settings of its own."""

    def __init__(self, folder: Path, node: Node) -> None:
        program = shutil.which("emacs")
        if program is None or not list(EMACS_PACKAGES.glob("mastodon-*")):
            pytest.skip("Emacs and its client (Debian: emacs-nox, elpa-mastodon) are not here")
        self._program = program
        self._env = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        self._node = node
        settings = folder / ".emacs.d"
        settings.mkdir()
        # It would compile all it loads beside, for minutes, and warn of it.
        (settings / "early-init.el").write_text("(setq native-comp-deferred-compilation nil)")
        # By http its lists stay empty: what Emacs says of a connection is nothing there, and
        # nothing is what it takes for a failure.  Built without pictures it gives a list up at
        # the first one, unless it is told to show where they are.
        (settings / "init.el").write_text(
            f'(setq mastodon-instance-url "https://127.0.0.1:{tls_port(node)}"'
            f' mastodon-active-user "{node.name}" inhibit-startup-screen t'
            " mastodon-tl--display-media-p nil)"
        )

    def screen(self) -> Terminal:
        return Terminal([self._program, "-nw", "-f", "mastodon"], self._env)

    def log_in(self, screen: Terminal) -> None:
        """Trust the certificate from now on, let in what asks, and paste the code."""
        screen.wait_for("swarmfeed on this machine", "Continue connecting?")
        screen.type("a")
        screen.wait_for("Authorization Code:")
        register = json.loads((self._node.home / "run" / "apps.json").read_text())
        asked = {
            "response_type": "code",
            "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
            "scope": "read write follow",
            "client_id": register["apps"][-1]["id"],
        }
        screen.type(LoggedIn(self._node).let_in(asked) + ENTER)


def test_a_person_reads_posts_and_answers_in_emacs(
    two: tuple[Node, Node], tmp_path: Path
) -> None:
    anna, bob = two
    emacs = Emacs(tmp_path, bob)
    anna.command("post", "--media", str(draw(tmp_path / "dot.png")), "A dot of hers")
    anna.post("post", text="Does Emacs read this?")
    bob.wait_for("her question", lambda: shows(bob, anna, "Does Emacs"))
    with emacs.screen() as screen:
        emacs.log_in(screen)
        # Its text stands there, as Emacs' help, before the keys of the client are in force.
        screen.wait_for("Does Emacs read this?", "A dot of hers", "Media::", "(Mastodon")
        screen.type("r")
        screen.wait_for("*new toot*")
        screen.type("It does." + SEND)
        screen.wait_for("*mastodon-home*", without="*new toot*")
        anna.wait_for("the answer", lambda: shows(anna, bob, "It does."))
        screen.type("t")
        screen.wait_for("*new toot*")
        screen.type("From an editor" + SEND)
        anna.wait_for("the post", lambda: shows(anna, bob, "From an editor"))


def test_an_app_that_registered_before_a_restart_logs_in_after_it(
    neighbourhood: Neighbourhood,
) -> None:
    node = neighbourhood.add("carl").start()
    url, before = node.page_url, new_token(node)
    node.stop()
    node.start()
    assert node.page_url == url
    told = call(node, "GET", "/api/v1/accounts/verify_credentials", before["token"])
    assert told["acct"] == "carl"
    node.kill()
    node.start()
    again = call(node, "GET", "/api/v1/accounts/verify_credentials/", before["token"])
    assert again["id"] == node.author


def test_mastodon_py_does_all_that_is_mapped(two: tuple[Node, Node], tmp_path: Path) -> None:
    anna, bob = two
    program = python_program("mastodon-py", "Mastodon.py==2.3.*") / "python"
    picture = draw(tmp_path / "dot.png")
    given = {
        **new_token(bob),
        "url": bob.page_url,
        "other": anna.author,
        "acct": handle(anna),
        "picture": str(picture),
    }
    done = subprocess.run(
        [str(program), str(Path(__file__).parent / "client_mastodon.py"), json.dumps(given)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["streamed"] == "Streamed"
    anna.wait_for("it", lambda: "From a library" in anna.texts_of(bob.author, 20))


def run_in_node(package: str, given: dict[str, Any]) -> dict[str, Any]:
    """Have a library of npm do what stands in its script; returns what that told."""
    name = package.partition("@")[0]
    folder = node_packages(name, package, "ws")
    script = folder / f"{name}.mjs"
    script.write_text((Path(__file__).parent / f"client_{name}.mjs").read_text())
    done = subprocess.run(
        ["node", str(script), json.dumps(given)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_megalodon_reads_writes_and_listens(two: tuple[Node, Node]) -> None:
    _, bob = two
    told = run_in_node("megalodon@10", {**new_token(bob), "url": bob.page_url})
    assert told["acct"] == "bob"
    assert "From megalodon" in told["streamed"]


def test_masto_hears_at_one_node_what_it_writes_at_the_other(two: tuple[Node, Node]) -> None:
    anna, bob = two
    at_annas = {**new_token(anna), "url": anna.page_url}
    told = run_in_node("masto@8", {**new_token(bob), "url": bob.page_url, "other": at_annas})
    assert told["acct"] == "bob"
    for name, stream, words in (
        ("user", ["user"], "Here"),
        ("tagged", ["hashtag", "masto"], "Tagged"),
        ("afar", ["user"], "There"),
    ):
        assert told[name]["stream"] == stream
        assert words in told[name]["text"]
