"""What goes out, as a person asks for it."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Flat, Spare
from swarmfeed.core.base.types import EntryRef


class Exported(Struct, frozen=True, kw_only=True):
    """What was written."""

    path: str
    posts: int
    media: int
    media_missing: int
    """Pictures and files of own posts that are not on this machine."""


class ExportAll(Ask[Exported], frozen=True, kw_only=True):
    """Write all own posts and files, lists of people and own logs into a folder or a zip.

    What was for some people only is in the logs alone, encrypted.  A folder has to be empty.
    """

    name = "export"
    changes = True

    path: str
    """On the machine of the node, in full, and not in its home; what ends in ``.zip`` becomes a
    zip."""


class PostFile(Struct, frozen=True, kw_only=True):
    """One post as a file that anybody can check."""

    ref: Annotated[EntryRef, Flat()]
    page: str
    """One whole HTML file: text, entry, inclusion proof and signed head."""


class ExportPost(Ask[PostFile], frozen=True, kw_only=True):
    """A post that everybody can read, with all that proves it; a 400 where it is not on this
    machine, or not for everybody."""

    name = "export-post"

    ref: str
    """The post, named as ``show`` takes it."""


class SiteWritten(Struct, frozen=True, kw_only=True):
    """A site as it was written."""

    path: str
    posts: int
    written: int
    """Files that were new or others than before."""
    deleted: int
    """Files that were there for what is withdrawn or edited since."""
    media_missing: int
    """Pictures and files of own posts that are not on this machine."""
    kept: bool
    """Whether it is kept up to date."""


class WriteSite(Ask[SiteWritten], frozen=True, kw_only=True):
    """Write own public posts as pages and feeds for any web space; files that are as they shall
    be stay untouched.  The folder has to be empty, or to have a site of this author."""

    name = "write-site"
    changes = True

    path: str
    """A folder on the machine of the node, in full, and not in its home."""
    url: str = ""
    """Where the site will be; empty: addresses in its feeds are relative to them."""
    keep: bool = False
    """Whether to keep it up to date from now on."""


class SiteView(Struct, frozen=True, kw_only=True):
    """A site that is kept up to date."""

    path: str
    url: str
    posts: int
    written_ms: int
    """When it was seen last to be as it is to be; 0: not since it is kept."""
    sentence: Annotated[str, Spare()] = ""
    """Why it could not be written when that was tried last; left out when it could."""


class SiteList(Struct, frozen=True, kw_only=True):
    """The sites that are kept up to date."""

    sites: tuple[SiteView, ...]


class WhichSites(Ask[SiteList], frozen=True, kw_only=True):
    """The sites that are kept up to date, by their paths."""

    name = "sites"


class EndSite(Ask[SiteList], frozen=True, kw_only=True):
    """Keep a site up to date no longer; its files stay.  A 400 where none is kept there."""

    name = "end-site"
    changes = True

    path: str
