"""The token by which contacts leave parcels: a device that is added does not replace it."""

from pathlib import Path

from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood

from tests.node.mailboxes.town import parts, token_of


def test_the_oldest_counts_until_it_is_renewed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop = await street.move_in(is_first=True)
        parts(laptop).own.token_hash()
        first = token_of(laptop)
        await laptop.stop()
        phone = await street.move_in(device_of=laptop)
        await street.pass_time(5)
        parts(phone).own.token_hash()
        assert token_of(phone) != first, "it does not know the laptop's yet"
        await laptop.start()
        laptop.running.feeds.finder.hint([phone.endpoint])
        laptop.recognise_each_other(phone)

        def have(token: bytes) -> bool:
            return token_of(laptop) == token_of(phone) == token

        await street.until(lambda: have(first), within_s=200)
        parts(phone).own.renew_token()
        await street.until(lambda: have(token_of(phone)), within_s=60)
        assert token_of(laptop) != first

    in_neighbourhood(tmp_path, scenario)


def test_a_renewed_one_counts_whatever_comes_later(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop: Neighbour = await street.move_in()
        own = parts(laptop).own
        assert own.token() is None
        own.token_hash()
        renewed = own.renew_token()
        own._make_token()
        assert own.token() == renewed

    in_neighbourhood(tmp_path, scenario)
