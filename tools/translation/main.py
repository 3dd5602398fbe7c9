"""``tools/words``: looks at the catalogs, and brings them up to date."""

import argparse
from collections.abc import Sequence

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from webui.languages import CATALOGS, plural_forms
from webui.tongues import SOURCE, TONGUES

from translation.gathering import gathered
from translation.judging import faults


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="tools/words", description=__doc__)
    parser.add_argument("does", nargs="?", choices=("check", "update"), default="check")
    does = parser.parse_args(arguments).does
    found = gathered()
    codes = [code for code in TONGUES if code != SOURCE]
    if does == "update":
        for code in codes:
            update(code, found)
    wrong = [fault for code in codes for fault in check(code, found)]
    print(*wrong, f"{len(found)} texts, {len(wrong)} faults", sep="\n")
    return 1 if wrong else 0


def check(code: str, found: dict[str, list[str]]) -> list[str]:
    """Return what is wrong with the catalog of a language, each fault in a line."""
    catalog, forms = _read(code), len(plural_forms(code))
    said = {str(each.id): str(each.string) for each in catalog if each.id}
    unused = [f"{code}: nobody says {text!r}" for text in said.keys() - found.keys()]
    return sorted(unused) + [
        f"{code}: {fault}: {text!r} ({', '.join(files)})"
        for text, files in found.items()
        for fault in faults(text, said.get(text, ""), forms)
    ]


def update(code: str, found: dict[str, list[str]]) -> None:
    """Write a catalog anew, in the order of the sources; what is translated stays."""
    before = _read(code)
    after = Catalog(locale=code, fuzzy=False)
    for text, files in found.items():
        known = before.get(text)
        after.add(text, known.string if known else "", [(file, 0) for file in files])
    write(code, after)


def write(code: str, catalog: Catalog) -> None:
    with (CATALOGS / f"{code}.po").open("wb") as file:
        write_po(file, catalog, width=96, omit_header=True)


def _read(code: str) -> Catalog:
    with (CATALOGS / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)
