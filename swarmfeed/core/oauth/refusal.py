"""Why an app is not let in, as RFC 6749 names it, and as a person reads it."""

from typing import Final

from swarmfeed.errors import UserError

INVALID_REQUEST: Final = "invalid_request"
INVALID_CLIENT: Final = "invalid_client"
INVALID_GRANT: Final = "invalid_grant"
INVALID_SCOPE: Final = "invalid_scope"
INVALID_REDIRECT: Final = "invalid_redirect_uri"
UNSUPPORTED_GRANT: Final = "unsupported_grant_type"
UNSUPPORTED_RESPONSE: Final = "unsupported_response_type"


class OAuthError(UserError):
    """An app asked for what it cannot have.

    Attributes:
        code: One of those above (RFC 6749, section 5.2; RFC 7591, section 3.2.2).
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code

    @property
    def status(self) -> int:
        """Of HTTP: who does not say who they are hears 401, as RFC 6749 wants."""
        return 401 if self.code == INVALID_CLIENT else 400
