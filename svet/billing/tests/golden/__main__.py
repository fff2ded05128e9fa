"""Write the golden bills and the pins anew: ``python -m svet.billing.tests.golden [--pins]``."""

from __future__ import annotations

import gzip
import json
import sys

import django

from svet.billing.tests.golden import BILLS, PINS


def main() -> None:
    """``--pins``: the pins only; the bills stay, and must still be computed by what is pinned."""
    django.setup()
    from svet.billing.rules.explanation import written
    from svet.billing.rules.rulesets import RULESETS
    from svet.billing.tests.golden.bills import scenarios, years
    from svet.billing.tests.golden.sources import fingerprint

    PINS.write_text(json.dumps({str(no): fingerprint(no) for no in RULESETS}, indent=1) + "\n", "utf-8")
    if "--pins" in sys.argv:
        return
    bills = [*scenarios(), *years()]
    text = "".join(written(each) for each in bills)
    BILLS.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    sys.stdout.write(f"{len(bills)} bills, {BILLS.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
