"""Apps register, and turn a code of the person's into a token.

The person's own word is given on a page: ``webui.pages.apps``.

Source: RFC 6749, 7009, 7636, 8414; the public documentation of the Mastodon client API.
"""

import base64
import binascii
from typing import Final
from urllib.parse import unquote

from flask import request
from swarmfeed.core.oauth import sentences
from swarmfeed.core.oauth.book import S256, App, Registration, find_app
from swarmfeed.core.oauth.refusal import UNSUPPORTED_GRANT, OAuthError
from swarmfeed.core.oauth.scopes import KNOWN, parse_scopes, require_within

from webui.apps import GivenToken
from webui.current import running
from webui.mastodon.endpoint import ANY_APP, ANYBODY, ApiCall, Json, get, granted, params, post
from webui.mastodon.places import base


def register() -> Json:
    """POST /api/v1/apps"""
    said = params()
    app, secret = running().apps.register(
        Registration(
            name=said.text("client_name"),
            redirects=said.many("redirect_uris"),
            scopes=said.text("scopes"),
            website=said.text("website"),
        )
    )
    return {
        **shown(app),
        "client_id": app.id,
        "client_secret": secret,
        "client_secret_expires_at": 0,
    }


def shown(app: App) -> Json:
    """What an app is told of itself; there is no push, so no key of it."""
    return {
        "id": app.id,
        "name": app.name,
        "website": app.website or None,
        "scopes": list(app.scopes),
        "redirect_uri": "\n".join(app.redirects),
        "redirect_uris": list(app.redirects),
        "vapid_key": "",
    }


def verify_app() -> Json:
    """GET /api/v1/apps/verify_credentials"""
    return shown(find_app(running().apps.book, granted().app))


def give_token() -> Json:
    """POST /oauth/token"""
    asked = _proved()
    kind = asked.get("grant_type", "")
    if kind == "authorization_code":
        return _token(running().apps.redeem(asked))
    if kind != "client_credentials":
        raise OAuthError(UNSUPPORTED_GRANT, sentences.NO_GRANT())
    app = find_app(running().apps.book, asked.get("client_id", ""))
    scopes = parse_scopes(asked["scope"]) if asked.get("scope") else ()
    require_within(scopes, app.scopes)
    return _token(running().apps.give_app_token(app.id, asked.get("client_secret", ""), scopes))


def take_token_back() -> Json:
    """POST /oauth/revoke"""
    asked = _proved()
    running().apps.revoke_token(
        asked.get("client_id", ""), asked.get("client_secret", ""), asked.get("token", "")
    )
    return {}


def _token(given: GivenToken) -> Json:
    return {
        "access_token": given.token,
        "token_type": "Bearer",
        "scope": " ".join(given.scopes),
        "created_at": given.made_at_s,
    }


def _proved() -> dict[str, str]:
    """What was sent; id and secret also from Basic (RFC 6749, section 2.3.1)."""
    asked = {name: values[-1] for name, values in params().values.items()}
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return asked
    try:
        id, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return asked
    return {**asked, "client_id": unquote(id), "client_secret": unquote(secret)}


def describe_server() -> Json:
    """GET /.well-known/oauth-authorization-server (RFC 8414)"""
    here = base()
    return {
        "issuer": f"{here}/",
        "authorization_endpoint": f"{here}/oauth/authorize",
        "token_endpoint": f"{here}/oauth/token",
        "revocation_endpoint": f"{here}/oauth/revoke",
        "userinfo_endpoint": f"{here}/oauth/userinfo",
        "app_registration_endpoint": f"{here}/api/v1/apps",
        "service_documentation": f"{here}/apps",
        "scopes_supported": sorted(KNOWN),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
        ],
        "code_challenge_methods_supported": [S256],
    }


CALLS: Final[tuple[ApiCall, ...]] = (
    post("/api/v1/apps", register, ANYBODY),
    get("/api/v1/apps/verify_credentials", verify_app, ANY_APP),
    post("/oauth/token", give_token, ANYBODY),
    post("/oauth/revoke", take_token_back, ANYBODY),
    get("/.well-known/oauth-authorization-server", describe_server, ANYBODY),
)
