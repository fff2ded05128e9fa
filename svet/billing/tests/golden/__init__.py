"""Bills that must be computed to the same kopeck for ever, and what their rules are made of.

``python -m svet.billing.tests.golden`` writes both anew: see «A changed rule» in CONTRIBUTING.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
#: One file of ``svet explain --json`` a line.
BILLS = HERE / "bills.jsonl.gz"
#: By the number of a rule set the hash of its sources.
PINS = HERE / "rules.json"
