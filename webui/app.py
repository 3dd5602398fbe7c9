"""The page as a Flask app, built around a node that is already running.

What there is to see comes from the site map, ``webui.pages``; who may see it is decided here.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, g, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from swarmfeed.core.asks import explaining, reaction_sentences, thread_sentences
from swarmfeed.core.asks.alarm_sentences import MORE_ALARMS
from swarmfeed.core.asks.excerpt import is_long, reading_minutes
from swarmfeed.core.asks.filter_sentences import FILTERED
from swarmfeed.core.asks.gap_sentences import how_much_is_missing
from swarmfeed.core.asks.input_sentences import NOT_LOGGED_IN, OTHER_LOGIN
from swarmfeed.core.asks.languages import language_choices
from swarmfeed.core.asks.newer_sentences import what_is_new
from swarmfeed.core.asks.notification_sentences import how_many_short, what_it_does
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.sentences import DATED_AHEAD, NODE_STOPPED, who_has_it
from swarmfeed.core.asks.thread_sentences import direct_replies
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.limits import FORM_BYTES_MAX, TEXT_BYTES_MAX, WARNING_CHARS_MAX
from swarmfeed.core.base.texts import counted
from swarmfeed.core.history.sentences import how_long
from swarmfeed.core.net.limits import FORM_KEPT_BYTES_MAX, UPLOAD_BYTES_MAX
from swarmfeed.errors import FatalError, PassingError, RetryError, SwarmfeedError, UserError
from werkzeug.exceptions import (
    Forbidden,
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    Unauthorized,
)

from webui import (
    api,
    conversation,
    encoding,
    faces,
    formats,
    frame,
    headers,
    kept,
    packed,
    render,
)
from webui import error_texts as texts
from webui.access import is_own_request, same_secret
from webui.back import here
from webui.current import (
    EXTENSION,
    Running,
    both_ends,
    is_own_host,
    running,
)
from webui.kept import FORM_KEY
from webui.languages import spoken, why
from webui.pages import PAGES
from webui.pages.circles import audiences
from webui.pages.drafts import draft_of, replies_begun
from webui.pages.lacking import was_asked
from webui.pages.media import medium_facts, medium_state
from webui.pages.post import last_language, post_url
from webui.pages.syndication import FEEDS
from webui.routes import Page, Route
from webui.site import Site


def create_app(now: Running, pages: Sequence[Page] = PAGES) -> Flask:
    """Build the app.  It asks the desk from whatever thread serves a request."""
    app = Site(__name__)
    app.config["MAX_CONTENT_LENGTH"] = FORM_KEPT_BYTES_MAX
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_KEPT_BYTES_MAX
    app.extensions[EXTENSION] = now
    _add_pages(app, pages)
    api.add_routes(app, now.desk.asks())
    app.after_request(kept.answer_script)
    app.after_request(_add_headers)
    app.after_request(packed.pack)
    app.register_error_handler(SwarmfeedError, _show_own_error)
    app.register_error_handler(HTTPException, _show_http_error)
    app.context_processor(frame.shared_values)
    for filter_name, function in FILTERS.items():
        app.add_template_filter(function, filter_name)
    app.jinja_env.globals["dated_ahead"] = DATED_AHEAD()
    app.jinja_env.globals |= {each.__name__: each for each in CALLED}
    app.jinja_env.globals |= {"audiences": audiences, "form_key": _form_key}
    app.jinja_env.globals |= {"new_key": kept.new_key, "text_bytes_max": TEXT_BYTES_MAX}
    app.jinja_env.globals |= {"warning_chars_max": WARNING_CHARS_MAX, **FEEDS}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


def _add_pages(app: Flask, pages: Sequence[Page]) -> None:
    """Add what the pages bring: routes, doors that need no session, menu, templates."""
    routes = [route for page in pages for route in page.routes]
    for (method, rule), count in Counter((each.method, each.rule) for each in routes).items():
        if count > 1:
            raise ValueError(f"two pages answer {method} {rule}")
    for route in routes:
        app.add_url_rule(route.rule, route.endpoint, route.view, methods=[route.method])
    app.before_request(partial(_check_access, {route.endpoint: route for route in routes}))
    app.jinja_env.globals["menu"] = [route for route in routes if route.menu]
    folders = [page.templates for page in pages if page.templates is not None]
    own = app.create_global_jinja_loader()
    app.jinja_env.loader = ChoiceLoader([own, *map(FileSystemLoader, folders)])


CALLED: Final = (here, was_asked, draft_of, replies_begun, last_language, language_choices)
"""What templates call by its name."""

FILTERS: Final[dict[str, Callable[..., object]]] = {
    "medium_facts": medium_facts,
    "medium_state": medium_state,
    "above": conversation.above,
    "address": format_address,
    "author_address": format_author,
    "answered_url": conversation.answered_url,
    "answering": conversation.answering,
    "counted": counted,
    "filtered": lambda words: FILTERED(words=render.one_line(words)),
    "every": formats.every,
    "iso_time": formats.iso_time,
    "local_time": formats.local_time,
    "gone": conversation.gone,
    "is_long": is_long,
    "show_all": lambda text: thread_sentences.SHOW_ALL(minutes=reading_minutes(text)),
    "how_long": how_long,
    "how_many_new": how_many_short,
    "line": render.one_line,
    "more_alarms": lambda count: MORE_ALARMS(more=count),
    "number": formats.count,
    "sentence_case": formats.sentence_case,
    "state": explaining.state_of,
    "word": explaining.word_of,
    "percent": formats.percent,
    "post_key": conversation.post_key,
    "post_url": post_url,
    "post_text": render.render_text,
    "new_posts": lambda new: what_is_new(posts=new.count, more=new.more),
    "ref": ref_text,
    "plain": render.plain,
    "reaction_counts": reaction_sentences.counts,
    "instead_of_quote": conversation.instead_of_quote,
    "who_boosted": conversation.who_boosted,
    "replies": direct_replies,
    "short": formats.short,
    "short_author": formats.short_author,
    "size": formats.size,
    "how_much_is_missing": how_much_is_missing,
    "what_is_missing": conversation.what_is_missing,
    "what_people_did": conversation.what_people_did,
    "what_they_want": conversation.what_they_want,
    "what_it_does": lambda each: what_it_does(
        answers=each.is_answer, mentions=each.is_mention, quotes=each.is_quote
    ),
    "who_has_it": who_has_it,
    **faces.FILTERS,
}


def _check_access(routes: Mapping[str, Route]) -> None:
    route = routes.get(request.endpoint or "")
    g.typed, g.keep, g.offers_form_key = route.typed if route else (), False, False
    encoding.check_query()
    g.has_key = running().access.has_key(request.headers.get("Authorization", ""))
    g.session = _session()
    if request.path.startswith(api.PREFIX):
        if not g.has_key:
            raise Unauthorized(texts.NO_KEY())
        return
    is_change = request.method not in ("GET", "HEAD", "OPTIONS")
    has_files = bool(route and route.files) and request.mimetype == encoding.MULTIPART
    if has_files:
        request.max_content_length = UPLOAD_BYTES_MAX
    if is_change and not (g.has_key or _is_own()):
        raise Forbidden(texts.NOT_OURS())
    if is_change:
        encoding.check_form(has_files=has_files)
        # From here on it is a form of our own page: what was typed into it comes back.
        g.keep = True
    if not (g.has_key or g.session or _needs_no_session(routes)):
        raise Unauthorized(NOT_LOGGED_IN())
    if is_change and not (g.has_key or _has_form_key()):
        g.offers_form_key = True
        raise Forbidden(OTHER_LOGIN())
    if is_change and not has_files and len(request.get_data()) > FORM_BYTES_MAX:
        raise RequestEntityTooLarge


def _session() -> str | None:
    """Return the session of this browser, on the one host where there can be any."""
    if not is_own_host():
        return None
    access = running().access
    session = access.session(request.headers.get("Cookie", ""), *both_ends())
    if session is not None:
        access.logins.note_use(session)
    return session


def _has_form_key() -> bool:
    key = running().access.logins.form_key(g.session)
    return same_secret(key, request.form.get(FORM_KEY, ""))


def _form_key() -> Markup:
    """Return the field that makes a form one of our own page."""
    if "form_key" not in g:  # a page of posts has a hundred forms
        g.form_key = _new_form_key()
    return g.form_key  # type: ignore[no-any-return]


def _new_form_key() -> Markup:
    if not g.get("session"):
        return Markup()
    key = running().access.logins.form_key(g.session)
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_KEY, key)


def _needs_no_session(routes: Mapping[str, Route]) -> bool:
    if request.endpoint == "static":  # Flask's own: style sheet, script, icon
        return True
    route = routes.get(request.endpoint or "")
    if route is None:
        return False
    return route.open_to_all or (route.opened_by is not None and route.opened_by())


def _is_own() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    return is_own_request(site, origin, request.host_url[:-1])


def _add_headers(response: Response) -> Response:
    for name, value in {**headers.HEADERS, **g.get("own_headers", {})}.items():
        response.headers[name] = value
    if request.endpoint == "medium" and response.status_code < 400:
        response.headers["Content-Security-Policy"] = headers.ALONE
    if request.endpoint == "static":
        response.headers["Cache-Control"] = headers.STATIC_CACHE_CONTROL
    return response


def _show_own_error(error: SwarmfeedError) -> tuple[Response | str, int]:
    sentence = why(error)
    if isinstance(error, UserError):
        # What stands in the path names something; nothing here is called so.
        if request.method == "GET" and request.view_args and request.endpoint != "static":
            return _show_error(error, 404, texts.NOT_HERE(), sentence)
        return _show_error(error, 400, texts.NOT_DONE(), sentence)
    if isinstance(error, PassingError):
        return _show_error(error, 503, texts.NOT_NOW(), sentence)
    if isinstance(error, RetryError):
        return _show_error(
            error, 503, texts.NOT_NOW(), texts.SOON(reason=_as_sentence(sentence))
        )
    if isinstance(error, FatalError):
        return _show_error(error, 500, texts.STOPPING(), NODE_STOPPED(reason=error))
    return _show_error(error, 500, texts.WRONG(), texts.IT_SAYS(reason=error))


def _show_http_error(error: HTTPException) -> tuple[Response | str, int]:
    code = error.code or 500
    if isinstance(error, InternalServerError):
        return _show_error(error, 500, texts.BROKE(), texts.A_BUG())
    if isinstance(error, Unauthorized) and _is_page_of_nobody():
        here = _here() if request.method == "GET" else "/"
        if _was_led_here():
            return render_template("again.html", here=here), 200
        return render_template("welcome.html", here=here, token_failed=False), 401
    title, sentence = texts.HTTP_ERRORS.get(code, (texts.NOT_DONE, texts.GO_BACK))
    is_ours = error.description != type(error).description
    return _show_error(error, code, title(), (is_ours and error.description) or sentence())


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "؟")) else ".")


def _is_page_of_nobody() -> bool:
    """Whether the page of those who are not logged in is the answer, with nothing to keep."""
    return not (request.path.startswith(api.PREFIX) or kept.wants_json() or _keeps_text())


def _keeps_text() -> bool:
    """Whether the answer holds again what was typed."""
    return bool(g.get("keep") and g.get("typed"))


def _here() -> str:
    """Return the path and query that were asked for, as a link that leads nowhere else."""
    # "//host" would be another site, and browsers read "\\" as "/" and pass over tabs.
    path = "/" + quote(request.path).lstrip("/")
    query = request.query_string.decode("latin-1")
    return f"{path}?{query}" if query else path


def _was_led_here() -> bool:
    """Whether a browser came by a link from elsewhere: then it leaves its login out, and has it
    when the page sends it to itself."""
    site = request.headers.get("Sec-Fetch-Site")
    mode = request.headers.get("Sec-Fetch-Mode")
    return is_own_host() and site in ("cross-site", "same-site") and mode == "navigate"


def _show_error(
    error: Exception, code: int, title: str, sentence: str
) -> tuple[Response | str, int]:
    if request.path.startswith(api.PREFIX):
        return api.error_response(sentence), code
    frame.draw_anyhow()
    title, sentence = spoken(title), _as_sentence(spoken(sentence))
    if kept.wants_json():
        return kept.refuse_script(error, sentence), code
    if _keeps_text():
        return kept.kept_page(error, title, sentence), code
    return render_template("error.html", code=code, title=title, sentence=sentence), code
