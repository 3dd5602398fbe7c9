"""Sends a node what schemathesis makes up from a description; run where that is installed.

Takes one JSON object on standard input (``probing`` says which), and tells on standard output,
a JSON object a line, what it found and how far it is.

Source: schemathesis 4, "Extending pytest tests"; hypothesis, "Settings".
"""

import json
import sys
import time
from collections import Counter
from random import Random
from typing import Any, Final

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisException
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.errors import SchemathesisError

EXAMPLES: Final = 8
"""Requests that are made up from one operation before the next one has its turn."""
ANSWER_S: Final = 60
TOLD_EVERY_S: Final = 1.0
SAID_CHARS: Final = 300

PLAIN: Final = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def tell(**said: object) -> None:
    print(json.dumps(said), flush=True)


class Prober:
    """One run against one node."""

    def __init__(self, errand: dict[str, Any]) -> None:
        self._url: str = errand["url"]
        self._seconds: float = errand["seconds"]
        self._until_s: float | None = None
        """None until the first request: to read a description takes a busy machine long."""
        self._luck = Random(errand["seed"])
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(errand["headers"])
        schema = schemathesis.openapi.from_dict(errand["description"])
        self._operations = [each.ok() for each in schema.get_all_operations()]
        self._strategies: dict[tuple[str, bool], Any] = {}
        self._statuses: Counter[int] = Counter()
        self._told: set[tuple[str, ...]] = set()
        self._told_s = 0.0

    def run(self) -> None:
        """Give every operation its turn, again and again, until the time is up."""
        turns = 0
        while self._is_time_left() and (self._until_s or not turns):
            self._luck.shuffle(self._operations)
            for operation in self._operations:
                if self._is_time_left():
                    self._probe(operation, is_good=turns % 2 == 0)
            turns += 1
        self._tell_how_far(operations=len(self._operations), turns=turns)

    def _is_time_left(self) -> bool:
        return self._until_s is None or time.monotonic() < self._until_s

    def _probe(self, operation: Any, *, is_good: bool) -> None:
        @seed(self._luck.getrandbits(64))
        @PLAIN
        @given(case=self._made_up(operation, is_good=is_good))
        def ask(case: Any) -> None:
            if self._is_time_left():
                self._ask(operation, case)

        try:
            ask()
        except (HypothesisException, SchemathesisError, TypeError, ValueError) as error:
            # What cannot be made up is no fault of the node: an operation without parameters
            # has nothing that could be wrong in it.
            kind = "good" if is_good else "wrong"
            self._note(operation, "not made up", f"{type(error).__name__} {kind}", "")

    def _made_up(self, operation: Any, *, is_good: bool) -> Any:
        """What cases of an operation are drawn from; to work it out takes a while."""
        key = operation.label, is_good
        if key not in self._strategies:
            modes = schemathesis.GenerationMode
            mode = modes.POSITIVE if is_good else modes.NEGATIVE
            self._strategies[key] = operation.as_strategy(generation_mode=mode)
        return self._strategies[key]

    def _ask(self, operation: Any, case: Any) -> None:
        if self._until_s is None:
            self._until_s = time.monotonic() + self._seconds
        try:
            answer = case.call(base_url=self._url, session=self._session, timeout=ANSWER_S)
        except requests.RequestException as error:
            self._note(operation, "no answer", type(error).__name__, str(error))
            return
        self._statuses[answer.status_code] += 1
        said = f"{answer.request.method} {answer.request.url} {answer.request.body!r}"
        if answer.status_code >= 500 and answer.status_code != 503:
            self._note(operation, f"status {answer.status_code}", answer.text[:80], said)
        elif answer.status_code >= 400:
            self._look_at_refusal(operation, answer, said)
        else:
            self._compare(operation, answer, said)
        if time.monotonic() > self._told_s + TOLD_EVERY_S:
            self._tell_how_far()

    def _look_at_refusal(self, operation: Any, answer: Any, said: str) -> None:
        """A sentence, as JSON: that is what apps show."""
        try:
            sentence = json.loads(answer.text)["error"]
        except (ValueError, KeyError, TypeError):
            sentence = None
        if not isinstance(sentence, str):
            self._note(
                operation, f"{answer.status_code} without a sentence", answer.text[:80], said
            )

    def _compare(self, operation: Any, answer: Any, said: str) -> None:
        try:
            operation.validate_response(answer)
        except (Failure, FailureGroup) as error:
            for each in error.exceptions if isinstance(error, FailureGroup) else (error,):
                lines = [line.strip() for line in str(each).splitlines() if line.strip()]
                # One fault shows in many values: its kind is where it stands in the schema.
                lines.sort(key=lambda line: not line.startswith("Schema at"))
                self._note(operation, "not as described", " ".join(lines)[:SAID_CHARS], said)
        except (SchemathesisError, TypeError, ValueError) as error:
            what = f"{type(error).__name__} {error}"
            self._note(operation, "not to be compared", what[:SAID_CHARS], said)

    def _note(self, operation: Any, kind: str, what: str, said: str) -> None:
        """Tell of each kind once."""
        key = operation.label, kind, what[:60]
        if key not in self._told:
            self._told.add(key)
            tell(kind=kind, operation=operation.label, what=what, said=said[:SAID_CHARS])

    def _tell_how_far(self, **more: int) -> None:
        self._told_s = time.monotonic()
        tell(statuses={str(each): count for each, count in self._statuses.items()}, **more)


if __name__ == "__main__":
    Prober(json.loads(sys.stdin.read())).run()
