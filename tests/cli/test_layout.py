"""Lines as wide as a terminal shows them; nothing broken or padded elsewhere."""

import pytest
from swarmfeed.cli.layout import Column, cut, rows_side_by_side, width_of, wrap

LINK = "swarmfeed:djpzok3b3k5sv43hig523prv5g6bddhkwdw65gkj4oeof3ktj6zgffqb?name=Ann"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("plain", 5),
        ("zażółć", 6),
        ("e\u0301te\u0301", 3),
        ("山田 葵", 7),
        ("ＡＢＣ", 6),
        ("ｱｲｳ", 3),
        ("한국어", 6),
        ("\u1112\u1161\u11ab", 2),
        ("नमस्ते", 4),
        ("שלום", 4),
        ("👩\u200d🚀", 2),
        ("❤\ufe0f", 2),
        ("🇵🇱", 2),
        ("a\u200bb", 2),
    ],
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text: str, columns: int) -> None:
    assert width_of(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", 20, ["one two three"]),
        ("one two three", 8, ["one two", "three"]),
        ("one two three", 7, ["one two", "three"]),
        ("one  two", 4, ["one", "two"]),
        ("  kept indent", 9, ["  kept", "indent"]),
        ("a\n\nb", 5, ["a", "", "b"]),
        ("検証できる履歴", 8, ["検証でき", "る履歴"]),
        ("検証できる、履歴", 12, ["検証できる、", "履歴"]),
        ("検証できる、履歴", 11, ["検証でき", "る、履歴"]),
        ("山田 葵 wrote", 9, ["山田 葵", "wrote"]),
        ("", 5, [""]),
    ],
)
def test_lines_are_broken_where_a_reader_would(
    text: str, columns: int, lines: list[str]
) -> None:
    assert wrap(text, columns) == lines


@pytest.mark.parametrize("columns", [20, 40, 79])
def test_a_link_is_never_cut(columns: int) -> None:
    lines = wrap(f"Give this to others: {LINK} and wait.", columns)
    assert any(LINK in line for line in lines)


COLUMNS = (Column(title="name"), Column(title="size", right=True), Column(title="what"))
ROWS = (("name", "size", "what"), ("山田 葵", "12", "x"), ("Ann", "3,000", "a longer remark"))


def test_a_table_in_a_terminal_has_its_columns_under_each_other() -> None:
    assert rows_side_by_side(COLUMNS, ROWS, 80) == [
        "name      size  what",
        "山田 葵     12  x",
        "Ann      3,000  a longer remark",
    ]


def test_the_last_column_of_a_table_goes_on_below_itself() -> None:
    long = (("a", "1", "word " * 8),)
    assert rows_side_by_side(COLUMNS, long, 26) == [
        "a  1  word word word word",
        "      word word word word",
    ]


def test_a_table_for_a_program_is_cells_with_tabs_between() -> None:
    assert rows_side_by_side(COLUMNS, ROWS, None)[1:] == [
        "山田 葵\t12\tx",
        "Ann\t3,000\ta longer remark",
    ]
    assert rows_side_by_side(COLUMNS, [("a\tb", "1", "c\nd")], None) == ["a b\t1\tc d"]


@pytest.mark.parametrize(
    ("line", "columns", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("a longer line", 3, "a…"),
        ("字字字", 5, "字字…"),
        ("any length", None, "any length"),
    ],
)
def test_a_line_is_cut_to_the_terminal(line: str, columns: int | None, shown: str) -> None:
    assert cut(line, columns) == shown
