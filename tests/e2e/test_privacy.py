"""What a running node knows and writes is for its own user alone.  Real processes.

Root may read everything, so as root all of it runs without root's rights.
"""

import os
import re
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request

import pytest
from wheelhouse.browsing import new_browser

from tests.e2e.nodes import CHECKOUT, PATIENCE_S, Node

pytestmark = pytest.mark.e2e

PLAIN: list[str] = (
    ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]
    if os.getuid() == 0
    else []
)
"""Before a command: root without the rights that root has, so that it is a user like others."""

OPENLY = "from swarmfeed.cli.main import main; main(prog_name='swarmfeed')"
"""The program without what is tested here."""

SPY = """
import ctypes, os, sys
pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
attached = libc.ptrace(16, pid, 0, 0)
print("attach", "done" if attached == 0 else os.strerror(ctypes.get_errno()))
if attached == 0:
    os.waitpid(pid, 0)
    libc.ptrace(17, pid, 0, 0)
for name in ("mem", "environ", "maps"):
    try:
        open(f"/proc/{pid}/{name}", "rb").close()
        print(name, "done")
    except OSError as error:
        print(name, error.strerror)
"""
"""Tries what a debugger does.  Source: ptrace(2): 16 attaches, 17 detaches."""


@dataclass
class Owned:
    """A home, and commands of an ordinary user in it."""

    home: Path

    def command(self, *words: str, private: bool = True) -> list[str]:
        program = ["-m", "swarmfeed"] if private else ["-c", OPENLY]
        return [*PLAIN, sys.executable, *program, "--home", str(self.home), *words]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            cwd=CHECKOUT,
            preexec_fn=careless,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *, private: bool = True) -> subprocess.Popen[str]:
        """Run a node; returns when its page can be opened."""
        words = ("run", "--no-open", "--no-dht", "--listen", "127.0.0.1")
        node = subprocess.Popen(
            self.command(*words, private=private),
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.home.parent,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            preexec_fn=careless,
        )
        assert node.stdout is not None
        if not node.stdout.readline().startswith("page: "):
            end(node, signal.SIGKILL)
            pytest.fail("the node did not start")
        return node

    def spy_on(self, pid: int) -> dict[str, str]:
        """Try to get at the memory of a process as the user whose process it is."""
        done = subprocess.run(
            [*PLAIN, sys.executable, "-c", SPY, str(pid)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        )
        return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def careless() -> None:
    """As in a shell whose files are for everybody, and which writes core files."""
    os.umask(0)
    allow_dumps()


def allow_dumps() -> None:
    """A person whose shell writes core files."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


@pytest.fixture
def owned(tmp_path: Path) -> Owned:
    owned = Owned(tmp_path / "home")
    owned.run("init", "--name", "Ada", "--no-passphrase")
    return owned


def end(node: subprocess.Popen[str], number: signal.Signals) -> int:
    node.send_signal(number)
    try:
        return node.wait(PATIENCE_S)
    finally:
        node.kill()
        node.communicate()


@pytest.mark.attack("A71")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses debuggers")
def test_a_debugger_of_the_same_user_is_refused(owned: Owned) -> None:
    node = owned.start()
    try:
        found = owned.spy_on(node.pid)
        status = Path(f"/proc/{node.pid}/limits").read_text()
    finally:
        assert end(node, signal.SIGTERM) == 0
    assert found == {
        "attach": "Operation not permitted",
        "mem": "Permission denied",
        "environ": "Permission denied",
        "maps": "Permission denied",
    }
    assert re.search(r"Max core file size +0 +0 ", status)


@pytest.mark.attack("A71")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses debuggers")
def test_the_spy_of_these_tests_can_read_an_ordinary_process(owned: Owned) -> None:
    node = owned.start(private=False)
    try:
        found = owned.spy_on(node.pid)
    finally:
        end(node, signal.SIGTERM)
    assert set(found.values()) == {"done"}


@pytest.mark.attack("A71")
def test_a_node_that_aborts_leaves_no_core_file(owned: Owned) -> None:
    before = set(owned.home.parent.rglob("*"))
    node = owned.start()
    assert end(node, signal.SIGABRT) == -signal.SIGABRT
    new = set(owned.home.parent.rglob("*")) - before
    assert [path for path in new if "core" in path.name] == []


@pytest.mark.attack("A72")
def test_a_used_home_is_closed_to_others_whatever_the_umask(owned: Owned) -> None:
    home = owned.home
    owned.run("post", "Hello.")
    node = owned.start()
    try:
        owned.run("post", "Hello again.")
        check_closed(home)
        assert (home / "index.db-wal").exists(), "while it runs"
    finally:
        assert end(node, signal.SIGTERM) == 0
    owned.run("timeline")
    owned.run("verify")
    check_closed(home)


@pytest.mark.attack("A72")
def test_what_was_left_open_is_closed_by_the_next_start(owned: Owned) -> None:
    home = owned.home
    for path in home.rglob("*"):
        if path.name != "keys":
            path.chmod(0o777 if path.is_dir() else 0o666)
    home.chmod(0o755)
    node = owned.start()
    try:
        check_closed(home)
    finally:
        assert end(node, signal.SIGTERM) == 0


def is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except FileNotFoundError:
        # A node that runs makes files, and removes some, while they are looked at.
        return False


def check_closed(home: Path) -> None:
    paths = [home, *home.rglob("*")]
    assert [str(path) for path in paths if is_open(path)] == []
    assert len(paths) > 8, "a home that was used"


@pytest.mark.slow
def test_a_browser_stays_logged_in_when_the_node_is_started_again(tmp_path: Path) -> None:
    node = Node(tmp_path, "ada", ["--no-dht"])
    node.start()
    try:
        link = node.command_json("open", "--no-open")["page"]
        browser, own_url = new_browser(), link.partition("/login?")[0]
        browser.open(link, timeout=PATIENCE_S).close()
        first_url = node.page_url
        node.kill()
        node.start()
        assert node.page_url == first_url, "the port of last time"
        page = browser.open(f"{own_url}/me", timeout=PATIENCE_S).read().decode()
        assert "Your link" in page
        (key,) = {*re.findall('name="form_key" value="([0-9a-f]+)"', page)}
        form = Request(f"{own_url}/logout", f"form_key={key}".encode(), {"Origin": own_url})
        browser.open(form, timeout=PATIENCE_S).close()
        node.stop()
        node.start()
        # Nobody was logged in, so the host has another name.
        with pytest.raises(HTTPError, match="403"):
            browser.open(f"{own_url}/me", timeout=PATIENCE_S)
    finally:
        node.stop()
