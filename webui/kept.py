"""What was typed comes back with the reason, whenever a form of ours was refused.

With script the answer is JSON, and the form says it beside the text.  Without, the answer is a
page with the same form, filled in.
"""

import secrets
from typing import Final

from flask import Response, g, jsonify, render_template, request
from swarmfeed.errors import SaidBeforeError, SwarmfeedError, UserError

from webui.current import running

FORM_KEY: Final = "form_key"
"""Field of every form that changes something."""

ONCE: Final = "once"
"""Field with the key of what is wished for: the same one is done once."""

AGAIN: Final = "again"
"""Field that says that the same words are meant to be posted a second time."""


def new_key() -> str:
    """A key that nobody had before."""
    return secrets.token_urlsafe(16)


def wants_json() -> bool:
    """Whether the page's script sent a form, and says itself what came of it."""
    return request.method == "POST" and request.headers.get("Accept") == "application/json"


def answer_script(response: Response) -> Response:
    """Turn an answer that leads somewhere into one that the script follows."""
    if wants_json() and response.status_code == 303:
        next_url = response.headers.pop("Location")
        response.status_code = 200
        response.data = jsonify({"next": next_url}).data
        response.content_type = "application/json"
    return response


def refuse_script(error: Exception, sentence: str) -> Response:
    """Tell the script why not, and what the form has to carry the next time."""
    answer = {"error": sentence, "fields": _fields_for(error)}
    # The login is another one than the form's: the same is sent once more by itself.
    return jsonify({**answer, "repeat": g.offers_form_key and bool(g.session)})


def kept_page(error: Exception, title: str, sentence: str) -> str:
    """The form again, with the reason above it."""
    form, names = request.form, {each.name for each in g.typed}
    hidden = [
        (name, value)
        for name, value in form.items(multi=True)
        if name not in names and name != FORM_KEY and name not in _fields_for(error)
    ]
    hidden += [each for each in _fields_for(error).items() if each[0] != FORM_KEY]
    typed = []
    for each in g.typed:
        value = form.get(each.name, "")
        if each.choices is None:
            typed.append((each, value, ()))
        elif each.name in form:
            try:
                typed.append((each, value, each.choices(value)))
            except SwarmfeedError:  # nobody can be asked: it stays what it is
                hidden.append((each.name, value))
    return render_template(
        "kept.html", title=title, sentence=sentence, hidden=hidden, typed=typed
    )


def _fields_for(error: Exception) -> dict[str, str]:
    """What the form has to carry so that it is taken the next time."""
    fields = {}
    if isinstance(error, UserError):
        fields[ONCE] = new_key()  # nothing was done under the old one, or something else
    if isinstance(error, SaidBeforeError):
        fields[AGAIN] = "yes"
    if g.offers_form_key and g.session:
        fields[FORM_KEY] = running().access.logins.form_key(g.session)
    return fields
