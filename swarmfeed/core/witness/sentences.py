"""What people are told of how new a feed is: every sentence of the role, once."""

from typing import Final

from swarmfeed.core.base.texts import Text

AGO: Final = Text("{seconds:1 second|# seconds} ago")
MINUTES_AGO: Final = Text("{minutes:1 minute|# minutes} ago")
HOURS_AGO: Final = Text("{hours:1 hour|# hours} ago")
DAYS_AGO: Final = Text("{days:1 day|# days} ago")

SEEN: Final = Text(
    "This is the newest as of {ago}: {networks:1 other|# others, in different networks,} saw"
    " it."
)
KEPT_BACK: Final = Text(
    "There is more: others saw {entries:1 newer entry|# newer entries} {ago}, which nobody who"
    " is linked gives. It is looked for elsewhere."
)
ALL_SEEN: Final = Text(
    "Others saw that what is here is the newest: of {seen:,} of the {people:1 person|# people}"
    " you read, as of {ago} or later, and each by {networks:1 other|# others or more, in"
    " different networks}."
)
NOBODY_SAW_ANY: Final = Text(
    "No other machine has said yet whether what is here is the newest."
)
NOBODY_READ: Final = Text("There is nobody yet whose newest posts others could have seen.")
ALL_KEPT_BACK: Final = Text(
    "Others saw {entries:1 newer entry|# newer entries} that nobody who is linked gives. They"
    " are looked for elsewhere."
)
NOBODY_SAW: Final = Text("No other machine has said yet whether this is the newest.")

WHOM_OR_ALL: Final = Text("give WHOM, or --all: not both")

STEPPED_BACK: Final = Text("it signed an older head after a newer one")
FALSE_WORD: Final = Text("what it said of the newest posts is not signed by whom it says")
WHETHER_NEWEST: Final = Text("whether posts are the newest")
ASKED: Final = Text(
    "{feeds:1 feed|# feeds} asked about, {witnesses:at one witness|at # witnesses}"
)

NO_WITNESS_URL: Final = Text(
    "not a witness: {typed}. It is written https://HOST/PATH#KEY, or with http"
)
NO_WITNESS_KEY: Final = Text(
    "there is no key of a witness at the end of {typed}: #NAME+HASH+KEY, as its operator"
    " publishes it, or #swarmfeed-witness/ADDRESS, the address of the machine that witnesses"
)
MANY_WITNESS_URLS: Final = Text(
    "on the web {most:one witness is asked|# witnesses are asked}, and no more"
)
NOT_ASKED_YET: Final = Text("{url}: not asked yet")
SAW_ALL: Final = Text("{url} saw all of {entries:1 entry|# entries} {ago}")
FAILED_THERE: Final = Text("{url}: {why}")
NO_ANSWER: Final = Text("it gave no answer that a witness gives")
UNKNOWN_THERE: Final = Text("it does not take your feed: its operator has to add it")
REFUSED_THERE: Final = Text("it refused, with the number {status}")
NOT_SIGNED_THERE: Final = Text("what it answered is not signed with its key")
FROM_THE_FUTURE: Final = Text("its clock, or that of this machine, is wrong")
HAS_MORE: Final = Text(
    "it saw {entries:1 entry|# entries} of yours, and of these {here:1 is here|# are here}:"
    " something else writes in your name, or this machine lost some"
)
HAS_ANOTHER: Final = Text(
    "it saw other posts of yours in the place of those that are here: something else writes in"
    " your name"
)
ASKED_OUTSIDE: Final = Text("on the web {witnesses:1 was|# were} asked")


def ago(seconds: int) -> str:
    """How long ago, as people say it; 0 and more."""
    seconds = max(0, seconds)
    if seconds < 120:
        return AGO(seconds=seconds)
    if seconds < 2 * 60 * 60:
        return MINUTES_AGO(minutes=seconds // 60)
    if seconds < 2 * 24 * 60 * 60:
        return HOURS_AGO(hours=seconds // 3_600)
    return DAYS_AGO(days=seconds // 86_400)
