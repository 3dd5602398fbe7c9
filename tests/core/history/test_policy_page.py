"""The numbers of docs/POLICY.md are those of the code."""

from pathlib import Path

import pytest
from swarmfeed.core.history import availability, placement, quota, slack

PAGE = Path(__file__).parents[3] / "docs" / "POLICY.md"


@pytest.mark.parametrize(
    "said",
    [
        f"prior {availability.FRIEND.up:.2f} for a friend, {availability.SERVER.up:.2f} for",
        f"holder, from its kind w = {availability.HOLDER_WEIGHT:.0f},",
        f"hour of the day, from holder w = {availability.HOUR_WEIGHT:.0f}",
        f"pi = min({availability.LAST_CHANCE_MAX}, mu * (Eu + Ed))",
        f"exp(-(x / s)^{availability.SHAPE})",
        f"{availability.AUDIT_FAIL_WEIGHT:.0f} * failed + d)",
        f"p = min({availability.PROBABILITY_MAX}, q * g * m)",
        f"phi ({slack.OUTAGE} where nothing was measured)",
        f"1 - min({slack.NEVER_FAILS}, p / (1 - phi))",
        f"half-life {slack.SMOOTHING_HALF_LIFE_MS // availability.HOUR_MS} h",
        f"R = min({slack.PEOPLE_COPIES_MAX:.0f}, sum of q * g of author and friends)",
        f"sum over domains min({slack.DOMAIN_COPIES_MAX:.0f}, sum of q * g of servers)",
        f"target = {slack.UNAVAILABLE_TARGET} * clamp(",
        f"{slack.TARGET_FACTOR_MIN}, {slack.TARGET_FACTOR_MAX:.0f})",
        f"Us > target or R < {slack.COPIES_MIN}",
        f"1 - min({placement.UP_MAX}, m)))^{placement.SHARPNESS:.0f} *",
        f"for {placement.RELEASE_STEPS} looks in a row U without it was under half",
        f"at least {slack.COPIES_MIN + placement.RELEASE_COPIES:.1f}.",
        f"at least {quota.FOLLOWS_MIN} shares; a friend's own posts may take"
        f" {quota.FRIEND_FACTOR})",
        f"at most {quota.AUTHOR_BYTES_MAX >> 20} MiB, filling from"
        f" {quota.AUTHOR_BYTES_START >> 20} MiB at"
        f" {quota.AUTHOR_BYTES_PER_DAY >> 10} KiB a day",
    ],
)
def test_a_number_in_the_page_is_the_number_that_holds(said: str) -> None:
    assert said in " ".join(PAGE.read_text(encoding="utf-8").split())


def test_what_the_page_calls_half_and_two_is_so() -> None:
    assert (placement.RELEASE_FACTOR, placement.MERGED, placement.LAST_SOURCE_TAKERS) == (
        0.5,
        2,
        2,
    )
