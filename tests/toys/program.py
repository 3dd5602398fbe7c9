"""swarmfeed with the greeter: ``python -m tests.toys.program`` is the whole program.

A role inside the project has these same lines, where its roster, words, pages and commands
are listed.
"""

from functools import partial
from typing import Final

from swarmfeed import serving, wiring
from swarmfeed.cli.desk import open_desk
from swarmfeed.cli.doors import Doors
from swarmfeed.cli.main import COMMANDS, make_main, settings_of_roles
from swarmfeed.core.vocabulary import VOCABULARY, Vocabulary
from swarmfeed.node.roster import ROSTER, Roster
from webui.pages import PAGES

from tests.toys.greeter import page, words
from tests.toys.greeter.command import greet
from tests.toys.greeter.role import greeter_role
from tests.toys.greeter.settings import GreeterSettings

TOYS: Final = Roster(
    roles=(*ROSTER.roles, greeter_role),
    vocabulary=Vocabulary((*VOCABULARY.words, *words.WORDS)),
)

main: Final = make_main((*COMMANDS, greet), lambda: (*settings_of_roles(), GreeterSettings))

if __name__ == "__main__":
    opens = partial(open_desk, open_node=partial(wiring.open_node, roster=TOYS))
    runs = partial(serving.run_node, roster=TOYS, pages=(*PAGES, page.PAGE))
    main(obj=Doors(open_desk=opens, run_node=runs))
