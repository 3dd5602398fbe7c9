"""Every rule of docs/FORMAT.md is shown by a vector, or by a test where no vector can show it.

``tests/vectors/README.md`` has the table: words of the page, and what shows them.
"""

import re
from pathlib import Path

from tests.cases import check_each

CHECKOUT = Path(__file__).parent.parent
FORMAT, PROTOCOL = CHECKOUT / "docs" / "FORMAT.md", CHECKOUT / "docs" / "PROTOCOL.md"
VECTORS = CHECKOUT / "tests" / "vectors"

NOT_A_RULE = "MUST, MUST NOT, SHOULD and MAY are used as in RFC 2119"
RULE_TABLES = (
    "| part | rule |",
    "| part | limit |",
    "| of each frame | rule |",
    "| what | limit |",
)
"""Heads of the tables of which every row is a rule."""


def one_line(text: str) -> str:
    return " ".join(text.split())


def page() -> str:
    """What the page says, without its worked examples."""
    text = re.sub(r"```.*?```", "", FORMAT.read_text("utf-8"), flags=re.DOTALL)
    return one_line(text.replace(NOT_A_RULE, ""))


def rows() -> list[tuple[str, list[str]]]:
    """Words of the page, and the names of what shows them."""
    _, _, table = (VECTORS / "README.md").read_text("utf-8").partition("## Every rule\n")
    found = re.findall(r"^\| (.+) \| (.+) \|$", table, flags=re.MULTILINE)
    return [
        (one_line(words.replace(r"\|", "|")), re.findall("`(.+?)`", shown))
        for words, shown in found[1:]
    ]


def rows_of_rules() -> list[str]:
    """Each row of a table that lists rules or limits."""
    lines, found, inside = FORMAT.read_text("utf-8").splitlines(), list[str](), False
    for line in lines:
        inside = line.startswith("|") and (inside or line.startswith(RULE_TABLES))
        if inside and not line.startswith((*RULE_TABLES, "|---")):
            found.append(one_line(line))
    return found


ROWS = rows()


def test_the_words_of_each_rule_stand_on_the_page() -> None:
    text = (page(), one_line(PROTOCOL.read_text("utf-8")))
    assert ROWS
    assert [words for words, _ in ROWS if not any(words in each for each in text)] == []


def test_each_must_of_the_page_is_shown() -> None:
    text = page()
    spans = [match.span() for words, _ in ROWS for match in re.finditer(re.escape(words), text)]
    bare = [
        text[max(match.start() - 60, 0) : match.end() + 60]
        for match in re.finditer(r"\bMUST\b", text)
        if not any(start <= match.start() < end for start, end in spans)
    ]
    assert bare == []


def test_each_row_of_rules_and_limits_is_shown() -> None:
    assert [row for row in rows_of_rules() if not any(words in row for words, _ in ROWS)] == []


def test_what_shows_a_rule_is_there() -> None:
    def look(shown: list[str]) -> None:
        assert shown
        for name in shown:
            if name.startswith("tests/"):
                path, _, test = name.partition("::")
                assert f"def {test}(" in (CHECKOUT / path).read_text("utf-8"), name
            else:
                assert any(VECTORS.glob(f"{name}.json")), name

    check_each(ROWS, look)


def test_each_folder_of_vectors_shows_a_rule() -> None:
    folders = {path.parent.name for path in VECTORS.glob("*/*.json")}
    named = {name.partition("/")[0] for _, shown in ROWS for name in shown}
    assert folders - named == set()
