"""Streams of events: nothing is missed, and too many do no harm."""

import asyncio
import re
from pathlib import Path

import pytest
from street.fakes.desk import FakeDesk
from street.loop import run_unhurried
from swarmfeed.core.base.limits import EVENT_STREAMS_MAX
from webui import server
from webui.events import EventStream

from tests.web.test_asgi import TIMEOUT_S, Served, play


@pytest.mark.slow
def test_events_arrive_and_a_browser_that_returns_misses_nothing(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        reader, writer = await served.stream()
        served.desk.announce("new", n=1)
        event = await reader.readuntil(b"\n\n")
        found = re.search(rb'event: new\nid: (\w+)-1\ndata: {"n": 1}', event)
        assert found is not None
        run = found[1].decode()
        writer.close()
        await asyncio.sleep(0)
        served.desk.announce("status", text="line\nbreak")
        served.desk.announce("progress", feed="a", held=1)
        served.desk.announce("progress", feed="b", held=1)
        served.desk.announce("progress", feed="a", held=2)
        await asyncio.sleep(0.05)
        reader, writer = await served.open("/events", extra=f"Last-Event-ID: {run}-1\r\n")
        text = (await reader.readuntil(b'"held": 2}\n\n')).decode()
        assert [line for line in text.split("\n") if line.startswith("id: ")] == [
            f"id: {run}-2",
            f"id: {run}-4",
            f"id: {run}-5",
        ]
        assert "line\\nbreak" in text
        writer.close()

    play(tmp_path, scene)


@pytest.mark.slow
def test_a_browser_that_returns_after_a_restart_misses_nothing(tmp_path: Path) -> None:
    """What it heard last has a number that means something else in the new run."""

    async def scene(served: Served) -> None:
        served.desk.announce("status", peers=1)
        served.desk.announce("new", n=1)
        await asyncio.sleep(0.05)
        for last in ("2", "0123abcd-1", "0123abcd-2", "0123abcd-99", "0123abcd", "-", "x-y"):
            extra = f"Last-Event-ID: {last}\r\n"
            reader, writer = await served.open("/events", extra=extra)
            text = (await reader.readuntil(b'"n": 1}\n\n')).decode()
            assert "event: status" in text, last
            writer.close()
            await writer.wait_closed()

    play(tmp_path, scene)


def test_no_session_no_stream(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        served.cookie = ""
        head, body = await served.ask("/events")
        assert head.split()[1] == "401"
        assert "swarmfeed open" in body

    play(tmp_path, scene)


@pytest.mark.slow
@pytest.mark.attack("A32")
def test_the_oldest_of_too_many_streams_is_dropped(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        streams = [await served.stream() for _ in range(EVENT_STREAMS_MAX + 2)]
        for reader, _ in streams[:2]:
            await reader.readuntil(b"\r\n0\r\n\r\n")  # the last chunk
        served.desk.announce("new", n=1)
        for reader, _ in streams[2:]:
            assert b"event: new" in await reader.readuntil(b"\n\n")
        head, _ = await served.ask("/")
        assert head.split()[1] == "200"
        for _, writer in streams:
            writer.close()

    play(tmp_path, scene)


@pytest.mark.attack("A32")
@pytest.mark.slow
def test_a_hundred_streams_do_not_slow_the_page(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        alone_s = await quickest_answer_s(served)
        streams = []
        for number in range(100):
            if number % 10 == 0:
                await served.log_in()
            streams.append(await served.stream())
        # Where others have the machine, all answers are late by as much.
        assert await quickest_answer_s(served) < max(0.05, 5 * alone_s)
        for _, writer in streams:
            writer.close()

    play(tmp_path, scene)


async def quickest_answer_s(served: Served) -> float:
    """Of a few: what others do on the machine in between is no matter of ours."""
    loop, took_s = asyncio.get_running_loop(), []
    for _ in range(10):
        begun_s = loop.time()
        await served.ask("/updates")
        took_s.append(loop.time() - begun_s)
    return min(took_s)


@pytest.mark.slow
@pytest.mark.attack("A03")
def test_logging_out_ends_the_streams_of_that_session_only(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        other, other_writer = await served.stream()
        await served.log_in()
        first, second = await served.stream(), await served.stream()
        _, me = await served.ask("/me")
        form = "form_key=" + me.split('name="form_key" value="')[1].split('"')[0]
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        lines = (
            "POST /logout HTTP/1.1",
            f"Host: {served.own_host}",
            f"Cookie: {served.cookie}",
            "Sec-Fetch-Site: same-origin",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(form)}",
        )
        writer.write("\r\n".join([*lines, "", form]).encode())
        assert (await reader.readline()).split()[1] == b"303"
        served.desk.announce("new", n=1)
        for ended, ended_writer in (first, second):
            # The last chunk, and nothing of what happened after.
            assert b"event" not in await ended.readuntil(b"\r\n0\r\n\r\n")
            ended_writer.close()
        assert b"event: new" in await other.readuntil(b"\n\n")
        for each in (other_writer, writer):
            each.close()

    play(tmp_path, scene)


def test_stopping_ends_every_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Longer than the test: who is not ended is waited for.
    monkeypatch.setattr(server, "STOP_TIMEOUT_S", 2 * TIMEOUT_S)

    async def scene(served: Served) -> None:
        reader, writer = await served.stream()
        await served.server.stop()
        await reader.read()
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", served.port)

    play(tmp_path, scene)


def test_a_silent_stream_has_a_heartbeat() -> None:
    async def scene() -> None:
        events = EventStream(FakeDesk().changes, heartbeat_s=0.01)
        sent: list[bytes] = []
        heard = asyncio.Event()

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            sent.append(message.get("body", b""))
            if b"event: here\ndata:\n\n" in sent:
                heard.set()

        async def receive() -> dict[str, str]:
            await heard.wait()
            return {"type": "http.disconnect"}

        await events.stream("s", "", [], receive, send)  # type: ignore[arg-type]  # bare ASGI
        assert events.stream_count == 0

    run_unhurried(asyncio.wait_for(scene(), TIMEOUT_S))
