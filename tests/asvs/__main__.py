"""``python -m tests.asvs``: the counts by chapter, and what is not met."""

import sys

from tests.asvs import Verdict, requirements, table

rows = requirements()
sys.stdout.write(f"{table(rows)}\n")
for row in rows:
    if row.verdict is Verdict.NOT_MET:
        sys.stdout.write(f"\n{row.id} (level {row.level}) {row.summary}\n  {row.because}\n")
