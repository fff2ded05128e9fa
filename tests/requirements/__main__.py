"""``python -m tests.requirements``: the table and counts; ``--write`` puts them into docs/requirements.md."""

import sys

from tests.requirements import BELOW, PAGE, counts, requirements, shown, table

rows = requirements()
if sys.argv[1:] == ["--write"]:
    above, line, _ = PAGE.read_text("utf-8").partition(BELOW)
    PAGE.write_text(f"{above}{line}\n{shown(rows)}", "utf-8")
else:
    sys.stdout.write(f"{table(rows)}\n\n{counts(rows)}\n")
