"""A site is written into its folder: what changed, and nothing else."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.exports import sentences
from swarmfeed.core.exports.site.listing import (
    Listing,
    decode_listing,
    digest_of,
    encode_listing,
)
from swarmfeed.core.exports.site.plan import SiteMedium, SiteText
from swarmfeed.core.feed.medium import Medium
from swarmfeed.errors import UserError
from swarmfeed.ports.sites import SiteFolder

AS_IT_IS: Final = "medium"
"""Digest of pictures and files: their names say already what is in them."""

Read = Callable[[Medium], Iterable[bytes]]
"""Reads a picture or file piece by piece."""


class Changed(Struct, frozen=True):
    """What was done."""

    written: int
    deleted: int


class SiteWriting:
    """One site, for one round; in a thread.

    While anything changes the listing names all files that are there, or may be: whenever the
    power goes, the next round finds what has to go.
    """

    def __init__(self, site: SiteFolder, path: str, author_id: AuthorId, read: Read) -> None:
        """UserError: there is a site of somebody else in it."""
        raw = site.listing()
        found = None if raw is None else decode_listing(raw, author_id)
        if raw is not None and found is None:
            raise UserError(sentences.SITE_OF_ANOTHER(path=path))
        self._site = site
        self._read = read
        self._before = found or Listing(author_id=author_id, is_whole=False)
        self._has_begun = False

    def publish(self, files: Iterable[SiteText | SiteMedium]) -> Changed:
        """Write what is not there yet, then delete what is there no more.

        Raises:
            OSError: It cannot be written.
        """
        planned = list(files)
        after: dict[str, str] = {}
        written = 0
        for file in planned:
            parts, digest = self._made(file)
            after[file.name] = digest
            if not self._is_there(file.name, digest):
                self._begin(planned)
                self._site.write(file.name, parts)
                written += 1
        gone = self._before.files.keys() - after.keys()
        for name in sorted(gone):
            self._begin(planned)
            self._site.delete(name)
        if self._has_begun or not self._before.is_whole:
            whole = replace(self._before, files=after, is_whole=True)
            self._site.keep_listing(encode_listing(whole))
        return Changed(written, len(gone))

    # --- inside ---

    def _made(self, file: SiteText | SiteMedium) -> tuple[Iterable[bytes], str]:
        if isinstance(file, SiteMedium):
            return self._read(file.medium), AS_IT_IS
        content = file.make().encode("utf-8")
        return [content], digest_of(content)

    def _is_there(self, name: str, digest: str) -> bool:
        before = self._before
        return before.is_whole and before.files.get(name) == digest and self._site.has(name)

    def _begin(self, planned: Iterable[SiteText | SiteMedium]) -> None:
        if not self._has_begun:
            self._has_begun = True
            names = {**self._before.files, **{each.name: "" for each in planned}}
            begun = replace(self._before, files=names, is_whole=False)
            self._site.keep_listing(encode_listing(begun))
