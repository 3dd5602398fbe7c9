"""History's pages of the ledger: which part has which, and in what form.

What key and value are, ``core/history/rows.py`` tells.
"""

from collections.abc import Mapping
from typing import Final

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history import rows
from swarmfeed.node.ground.memory import Rows, readable
from swarmfeed.node.history.allotment import Allotment
from swarmfeed.node.history.custodian import Custodian
from swarmfeed.node.history.service import CHOICES, Service
from swarmfeed.node.history.sight import Sight

NOTICES: Final = "notices"
PRESENCES: Final = "presences"
RATES: Final = "rates"
ALLOWANCES: Final = "allowances"
CUSTODIES: Final = "custodies"


def pages_of(
    sight: Sight, allotment: Allotment, custodian: Custodian, service: Service
) -> tuple[Rows, ...]:
    """All pages; the operator's choice is taken up last, because it begins to act."""
    board, census, demand = sight.board, sight.census, sight.demand
    return (
        Rows(
            page=NOTICES,
            load=board.load,
            take_changes=board.take_changes,
            encode=rows.encode_notice,
        ),
        Rows(page=PRESENCES, load=census.load, take_changes=census.take_changes),
        Rows(page=RATES, load=demand.load, take_changes=demand.take_changes),
        _allowances(allotment),
        _custodies(custodian),
        # A choice is written when it is made.
        Rows(page=CHOICES, load=service.recall, take_changes=dict),
    )


def _allowances(allotment: Allotment) -> Rows:
    def load(page: Mapping[bytes, bytes]) -> None:
        found = readable(page, rows.decode_allowance)
        allotment.recall({AuthorId(key): each for key, each in found})

    return Rows(
        page=ALLOWANCES,
        load=load,
        take_changes=allotment.take_changes,
        encode=rows.encode_allowance,
    )


def _custodies(custodian: Custodian) -> Rows:
    def load(page: Mapping[bytes, bytes]) -> None:
        found = readable(page, rows.decode_custody)
        custodian.recall({FeedId(key): each for key, each in found})

    return Rows(
        page=CUSTODIES,
        load=load,
        take_changes=custodian.take_changes,
        encode=rows.encode_custody,
    )
