"""How much somebody wrote: what following would take, and what it takes of this disk."""

from typing import Final

from swarmfeed.core.base.texts import Text, format_size, joined

UNPACKED_BYTES_SAID: Final = 20_000_000
"""Less than that is nobody's worry."""

UNPACKED_TIMES_SAID: Final = 10
"""Posts pack to a third or a fifth."""

UNPACKED: Final = Text("It was packed tightly: unpacked for reading it is {unpacked}.")
SIZE_NOT_KNOWN: Final = Text(
    "How much they wrote is not known yet: nobody who holds it has answered."
)
WOULD_TAKE: Final = Text(
    "They wrote {entries:1 entry|# entries}: {size} to fetch, {unpacked} once it is unpacked"
    " for reading."
)
WOULD_TAKE_ABOUT: Final = Text(
    "They wrote {entries:1 entry|# entries}: {size} to fetch, about {unpacked} once it is"
    " unpacked for reading."
)
WOULD_TAKE_UNKNOWN: Final = Text(
    "They wrote {entries:1 entry|# entries}: {size} to fetch. How much that is once it is"
    " unpacked is not known: nothing of it has come yet."
)
ALL_IS_AT: Final = Text(
    "{machines:1 machine that this one is linked with says that it has all of it, and may be"
    " the author’s own|# machines that this one is linked with say that they have all of it,"
    " and the author’s own may be among them}."
)
ALL_IS_NOWHERE: Final = Text(
    "No machine that this one is linked with says that it has all of it."
)
PACKED_TIGHTLY: Final = Text(
    "That is {times:,.0f} times what is fetched: people hardly repeat themselves so much."
    " An index for reading and searching takes up to twice that of this disk; of one author"
    " {budget} are shown."
)


def what_it_would_take(
    *,
    entries: int,
    size_bytes: int,
    unpacked_bytes: int | None,
    exact: bool,
    held_by: int,
    budget_bytes: int,
) -> tuple[str, ...]:
    """What following somebody would take, and who says to hold it; then a warning when that is
    out of proportion.

    Args:
        unpacked_bytes: None while there is nothing to tell it by.
        held_by: Machines that say they hold all of it.
    """
    if not entries:
        return (SIZE_NOT_KNOWN(),)
    size = format_size(size_bytes, tenths_below=10)
    held = ALL_IS_AT(machines=held_by) if held_by else ALL_IS_NOWHERE()
    if unpacked_bytes is None:
        return (joined((WOULD_TAKE_UNKNOWN(entries=entries, size=size), held)),)
    text = WOULD_TAKE if exact else WOULD_TAKE_ABOUT
    unpacked = format_size(unpacked_bytes, tenths_below=10)
    said = joined((text(entries=entries, size=size, unpacked=unpacked), held))
    if unpacked_bytes < max(UNPACKED_BYTES_SAID, UNPACKED_TIMES_SAID * size_bytes):
        return (said,)
    times = unpacked_bytes / max(size_bytes, 1)
    budget = format_size(budget_bytes, tenths_below=10)
    return said, PACKED_TIGHTLY(times=times, budget=budget)


def what_it_takes(bytes_held: int, unpacked_bytes: int, limit: str) -> tuple[str, ...]:
    """What a person should know of the size of what is held; nothing when it is ordinary."""
    said = [limit] if limit else []
    if unpacked_bytes >= max(UNPACKED_BYTES_SAID, UNPACKED_TIMES_SAID * bytes_held):
        said.insert(0, UNPACKED(unpacked=format_size(unpacked_bytes, tenths_below=10)))
    return tuple(said)
