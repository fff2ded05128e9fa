"""Many payers, two suppliers, a bank that fails, registers and kills: every kopeck is where it belongs.

``make chaos LIVES=1000 SEED=7``. One seed gives the same lives in the same order, with the same faults and
the same points of death (numbers of statements, not moments). Every situation that the lives are to reach
stands in the code as ``reachable("…")`` of the package ``antithesis``, whose scanner finds them all: a run
that missed one has failed, however green.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

#: Where the package ``antithesis`` writes. It reads the name once, when it is first imported: so it is given
#: here, before any module of this folder, whoever imports one first.
OUTPUT = "ANTITHESIS_SDK_LOCAL_OUTPUT"
os.environ.setdefault(OUTPUT, str(Path(tempfile.mkdtemp(prefix="svet-chaos-"), "reached.jsonl")))
