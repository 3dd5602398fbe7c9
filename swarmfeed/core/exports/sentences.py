"""What is said of what goes out."""

from typing import Final

from swarmfeed.core.asks.exports import SiteWritten
from swarmfeed.core.base.texts import Text

NOT_EMPTY: Final = Text("{path} is there already; name an empty folder, or a new file")
CANNOT_WRITE: Final = Text("{path} cannot be written: {reason}")
EXPORTED: Final = Text(
    "{posts:1 post|# posts} and {media:1 picture or file|# pictures and files} are in {path}"
)
EXPORT_MISSING: Final = Text(
    "{missing:1 picture or file is|# pictures and files are} not on this machine, so not in it"
)
WHAT_OTHERS_TAKE: Final = Text(
    "Mastodon imports the lists of people, and no posts; swarmfeed imports all of it."
)
POSTS_OF: Final = Text("Posts of {name}")
FOLLOWED_BY: Final = Text("Followed by {name}")
HOME_TIMELINE: Final = Text("Your home timeline")
NAME_A_PLACE: Final = Text("Say where to: a folder, or a file that ends in .zip.")
NAME_A_FOLDER: Final = Text("Say where to: a folder on this machine.")
POST_WRITTEN: Final = Text("The post and its proof are in {path}")
NOT_FOR_EVERYBODY: Final = Text("It is for some people only, so it does not go out.")
NOT_HELD: Final = Text("The log that this post stands in is not on this machine.")
NOT_PROVEN: Final = Text("This post cannot be proven: {reason}")

# --- where to --------------------------------------------------------------------------------

NO_PATH: Final = Text("that is no name of a folder or file")
LONG_PATH: Final = Text("a path has at most {most:1 character|# characters}")
NOT_WHOLE: Final = Text(
    "{path} could be anywhere; name the whole path, which begins with / or ~"
)
IN_THE_HOME: Final = Text(
    "{path} is among the files that swarmfeed keeps for itself; name another place"
)

# --- websites --------------------------------------------------------------------------------

NO_SITE: Final = Text("{path} has no website in it; write one there first")
SITE_OF_ANOTHER: Final = Text(
    "{path} has a website of somebody else in it; name another folder"
)
NO_SUCH_ADDRESS: Final = Text(
    "no website can be at {url}: its address begins with https:// or http://, and ends before"
    " any question mark"
)
TOO_MANY_SITES: Final = Text(
    "{most:1 website is|# websites are} kept up to date already; end one of them first"
)
NOT_KEPT: Final = Text("no website in {path} is kept up to date")
SITE_WRITTEN: Final = Text(
    "{posts:1 post is|# posts are} in {path}: {written:1 file|# files} written,"
    " {deleted} deleted"
)
SITE_AS_IT_WAS: Final = Text("{posts:1 post is|# posts are} in {path}, as before")
SITE_KEPT: Final = Text("It is kept up to date while swarmfeed runs.")
SITE_ENDED: Final = Text("The website in {path} is no longer kept up to date; its files stay.")
NO_SITES: Final = Text("No website is kept up to date.")
SITE_SINCE: Final = Text("{path}: {posts:1 post|# posts}, written {when}")
SITE_FAILED: Final = Text("{path}: {reason}")
OF_A_SITE: Final = Text("--url, --keep and --end are for a website: say --site DIR")
ONE_AT_A_TIME: Final = Text("Name one of them: a folder or zip, --post, --site or --sites.")
SITES_LOOKED: Final = Text("{sites:1 website|# websites} kept, {written} written")


def site_written(done: SiteWritten) -> str:
    """Return what was done."""
    if not done.written and not done.deleted:
        return SITE_AS_IT_WAS(posts=done.posts, path=done.path)
    return SITE_WRITTEN(
        posts=done.posts, path=done.path, written=done.written, deleted=done.deleted
    )
