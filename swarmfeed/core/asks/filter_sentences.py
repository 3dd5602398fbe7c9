"""What people are told about blocks, word filters, lists and bookmarks."""

from typing import Final

from swarmfeed.core.base.texts import Text

NO_WORDS: Final = Text("a filter needs a word that can be looked for")
TOO_LONG: Final = Text("these words are too long for a filter; a few of them are enough")
TITLE_LONG: Final = Text("that title is too long for a filter; choose a shorter one")
TOO_MANY_FILTERS: Final = Text("at most {most:1 filter|# filters} can be kept; take one away")
DAYS_WRONG: Final = Text("a filter ends within {most:1 day|# days}, or with 0 never")
NO_FILTER: Final = Text("there is no filter for {words}")
NO_FILTERS: Final = Text("You filter no words.")
FILTERED: Final = Text("Filtered: {words}")

BLOCKED: Final = Text(
    "Blocked: {name}. Nothing of theirs is shown, and nothing they send is taken: no notice, no"
    " message, no request, on all your devices. Nobody hears of it. What you post for everybody"
    " they can still read."
)
UNBLOCKED: Final = Text("Not blocked any more: {name}. You do not follow them by that.")
UNBLOCK_FIRST: Final = Text("you blocked them: unblock them first, to follow them")
THE_LIST: Final = Text("the list")
NOBODY_BLOCKED: Final = Text("You blocked nobody.")
NOT_BLOCKED: Final = Text("You did not block {name}.")
MANY_BLOCKED: Final = Text(
    "Blocked {blocked:1 person|# people}; {already:1 was|# were} blocked before."
)

BOOKMARKED: Final = Text("Kept among your bookmarks. Nobody hears of it.")
UNBOOKMARKED: Final = Text("Not among your bookmarks any more.")
NO_BOOKMARKS: Final = Text("No bookmarks yet.")
BOOKMARKS_MISSING: Final = Text(
    "{missing:1 bookmark is|# bookmarks are} not on this machine now, or withdrawn."
)

NO_LIST_NAME: Final = Text("a list needs a name")
LIST_NAME_LONG: Final = Text("that name is too long for a list; choose a shorter one")
TOO_MANY_LISTS: Final = Text("at most {most:1 list|# lists} can be kept")
LIST_FULL: Final = Text("a list has room for {most:1 person|# people}")
LIST_THERE: Final = Text("there is a list called {name} already")
NO_SUCH_LIST: Final = Text(
    "there is no list called {name}; make it with: swarmfeed lists create"
)
NO_LISTS: Final = Text("No lists yet: make one with: swarmfeed lists create NAME")
LIST_QUIET: Final = Text("Nothing here of those in this list.")
