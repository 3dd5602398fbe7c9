"""Bounds of what goes out."""

from typing import Final

TITLE_CHARS_MAX: Final = 80
"""First words of a post that stand for a title, where a format wants one."""

FEED_POSTS: Final = 50
"""Posts of a feed that readers fetch: they come every hour or so."""

BATCH_ENTRIES: Final = 4_096
"""Entries that are read from a log at once."""

SITE_PAGE_THREADS: Final = 32
"""Threads of a full page of a site; the newest page has up to twice as many, less one."""

SITE_TAG_BYTES_MAX: Final = 200
"""Longest tag in UTF-8 that gets pages: a name in a folder has 255 bytes."""

SITE_LIST_BYTES_MAX: Final = 256 * 1024 * 1024
"""Longest list of the files of a site: a million posts take 80 MB."""

SITES_MAX: Final = 4
"""Sites that are kept up to date: each is looked at every minute."""

PATH_CHARS_MAX: Final = 4_096
"""Longest path of a file or folder (PATH_MAX of Linux)."""

SITE_URL_CHARS_MAX: Final = 1_024
"""Longest address of a site."""

SITE_EVERY_S: Final = 60
"""How often it is seen whether a kept site is behind."""

SITE_MEDIA_EVERY_MS: Final = 3_600 * 1_000
"""How often it is seen whether pictures came that were not here when a site was written."""

SITE_RESTS: Final = 20
"""How many times as long as it took to write a site it is left alone afterwards: 5 % of the
time at most goes into sites, however many posts there are."""
