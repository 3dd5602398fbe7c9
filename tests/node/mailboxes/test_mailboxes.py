"""Letters wait for who is away: whole nodes on a street, parcels of any bytes."""

from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood

from tests.node.mailboxes.town import (
    Reader,
    befriend,
    holders,
    in_town,
    node_of,
    put,
)


@pytest.mark.slow
def test_two_who_are_never_there_together_write_to_each_other(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, *keepers = [await street.move_in() for _ in range(5)]
        await befriend(anna, ben, *keepers)
        readers = {each: Reader(each) for each in (anna, ben)}
        for each in readers.values():
            each.begin()
        await street.pass_time(30)
        assert holders(anna) | holders(ben) <= {node_of(each) for each in (anna, ben, *keepers)}
        assert len(holders(anna)) == len(holders(ben)) == 3
        tokens = {each: each.running.ground.mail.own_token() for each in (anna, ben)}
        await ben.stop()
        letter = b"to ben" * 50
        kept = await put(anna, ben, letter, tokens[ben])
        assert kept
        await anna.stop()
        await ben.start()
        readers[ben].begin()
        await street.pass_time(30)
        assert readers[ben].parcels == [letter]

    in_town(tmp_path, scenario)
