"""Everything that is measured: `make bench`, or `SCALE=full make bench` for the large town."""

from __future__ import annotations

import os
import subprocess
import sys

from bench import people, readings, size
from bench.figures import machine, table


def main() -> int:
    """Run all parts, print one report; fails when one of them does."""
    scale = readings.FULL if os.environ.get("SCALE") == "full" else readings.USUAL
    before = machine()
    print(f"readings: {scale.meters:,} meters, the load generator shares the cores…", flush=True)
    rows = readings.measure(scale)
    print("people…", flush=True)
    rows += people.measure(seconds=8.0)
    print("size…", flush=True)
    sizes = size.measure(size.FULL if os.environ.get("SCALE") == "full" else size.SMALL)
    print("billing…", flush=True)
    billing = subprocess.run(
        [sys.executable, "-m", "bench.billing"], stdout=subprocess.PIPE, text=True, check=False
    )
    print(f"\n{table(rows)}\n\n{size.report(sizes)}\n\n{billing.stdout.rstrip()}\n\n{before}")
    failed = any(row.errors for row in rows) or any(line.fails for line in sizes)
    return billing.returncode or int(failed)


if __name__ == "__main__":
    sys.exit(main())
