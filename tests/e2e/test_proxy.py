"""A node that reaches others by a SOCKS5 proxy alone: nothing it does goes beside it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from swarmfeed.cli.params import EndpointParam
from swarmfeed.core.base.types import Endpoint
from zygote import Process, Standard

from tests.e2e.nodes import CHECKOUT, PATIENCE_S, Neighbourhood, Node
from tests.socks import SocksServer, socks_server

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.attack("A152")]


SEALED = 300
"""A chunk, and a tail."""

_CALL = re.compile(r"(connect|sendto|sendmsg|sendmmsg)\(.*?sin6?_port=htons\((\d+)\)")


class WatchedNode(Node):
    """A node of whose processes strace notes each address that they connect or send to."""

    @property
    def notes(self) -> Path:
        return self.log.with_suffix(".calls")

    def begin(self, words: Iterable[str], standard: Standard) -> Process:
        strace = shutil.which("strace")
        assert strace is not None, "strace is not installed: apt-get install strace"
        calls = "trace=connect,sendto,sendmsg,sendmmsg"
        # -D: what is traced stays the process that was started, and gets its signals.
        tracing = [strace, "-D", "-f", "-qq", "-A", "-e", calls, "-o", str(self.notes)]
        given, out, errors = standard
        line = [*tracing, *self.program_line(), *words]
        return subprocess.Popen(line, cwd=CHECKOUT, stdin=given, stdout=out, stderr=errors)

    def ports_called(self) -> set[int]:
        """Ports of all addresses of the internet that it connected or sent to."""
        return {int(port) for _, port in _CALL.findall(self.notes.read_text())}


@pytest.fixture
def proxy() -> Iterator[SocksServer]:
    with socks_server() as server:
        yield server


def swarm_of(node: Node) -> Endpoint:
    return Endpoint(*node.swarm_endpoint())


def write_old(node: Node, folder: Path) -> None:
    """Let a node have a sealed chunk, before it is started."""
    old = folder / f"{node.name}.jsonl"
    lines = (
        {"author": node.name, "time": 1_600_000_000 + number, "text": f"post {number}"}
        for number in range(SEALED)
    )
    old.write_text("".join(json.dumps(line) + "\n" for line in lines))
    node.command("import", str(old))


def has_all_of(node: Node, author: Node) -> bool:
    feeds = [each for each in node.get("status")["feeds"] if each["author"] == author.author]
    return any(each["entries_held"] == each["size"] > SEALED for each in feeds)


def newest(node: Node) -> str:
    return str(node.get("timeline", limit=1)["posts"][0]["text"])


def test_all_goes_by_the_proxy_and_nobody_is_told_where_the_node_is(
    neighbourhood: Neighbourhood, proxy: SocksServer, tmp_path: Path
) -> None:
    ben = neighbourhood.add("ben", "--no-dht")
    write_old(ben, tmp_path)
    ben.start()
    by_proxy = ("--proxy", proxy.url, "--peer", ben.link_endpoint())
    anna = WatchedNode(tmp_path, "anna", by_proxy)
    neighbourhood.nodes.append(anna)
    write_old(anna, tmp_path)
    anna.start()
    anna.post("follow", who=ben.author)
    ben.post("follow", who=anna.author)
    anna.wait_for("ben's chunk", lambda: has_all_of(anna, ben), PATIENCE_S)
    ben.wait_for("anna's chunk", lambda: has_all_of(ben, anna), PATIENCE_S)
    anna.post("post", text="live from anna")
    ben.wait_for("the live post", lambda: newest(ben) == "live from anna", PATIENCE_S)
    (peer,) = ben.get("status")["peers"]
    assert not peer["endpoint"].startswith(anna.host)
    link, swarm = EndpointParam().convert(ben.link_endpoint(), None, None), swarm_of(ben)
    anna.stop()
    assert set(proxy.asked) == {link, swarm}
    assert anna.ports_called() == {proxy.endpoint.port}
