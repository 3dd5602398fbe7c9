"""The headers every response carries, wherever it is made."""

from typing import Final

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types swarmfeed",
    )
)
"""Nothing from elsewhere, nothing inline, and no script may write HTML.  The one policy of
trusted types names the one worker there is."""

ALONE: Final = "default-src 'none'; sandbox"
"""The policy of pictures and files that others made: nothing may run in one, or be loaded by
it."""

HEADERS: Final[dict[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""Names in links are looked up by a click alone: who answers for one would learn that somebody
reads it, around a proxy too."""

STATIC_CACHE_CONTROL: Final = "no-cache"
"""Files of the page itself may be kept, but are asked about each time."""
