"""Links are opened once, however many rounds of dialling meet."""

import asyncio
from pathlib import Path

import pytest
from street.fakes.liar import stage, until


@pytest.mark.slow
def test_two_rounds_in_the_same_moment_open_one_link(tmp_path: Path) -> None:
    async def scene() -> None:
        async with stage(tmp_path) as on:
            one, other = await on.node("one"), await on.node("other")
            endpoint = other.endpoint()
            assert endpoint is not None
            rounds = (one.sessions.dial_some([endpoint]) for _ in range(3))
            assert sum(await asyncio.gather(*rounds)) == 1
            await until(lambda: len(other.sessions.all()) == 1, "the link")
            await asyncio.sleep(0.2)
            assert len(one.sessions.all()) == len(other.sessions.all()) == 1

    asyncio.run(scene())
