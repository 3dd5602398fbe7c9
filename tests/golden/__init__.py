"""What the program answered before its joints were rebuilt, word for word and byte for byte.

``records/`` is compared, never edited; when a way in changes, ``stage*.py`` follows it.
"""

import sys
from pathlib import Path

TOOLS = str(Path(__file__).parents[2] / "tools")
if TOOLS not in sys.path:  # pytest puts it there; a record is written without pytest
    sys.path.append(TOOLS)
