"""Random lives of payments against the pure rules of what a bank says: every kopeck once, or it fails.

    python -m bench.lives [COUNT [SEED]]     1,000,000 lives by two processes by default

The seed is printed first; ``python -m bench.lives COUNT SEED`` lives the same lives again. A life that goes
wrong is named by its own seed.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from svet.payments.tests.lives import SITUATIONS, live

USUAL, JOBS, PIECES = 1_000_000, 2, 20


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else USUAL
    seed = int(arguments[1]) if len(arguments) > 1 else secrets.randbelow(10**9)
    print(f"seed {seed}, {count:,} lives", flush=True)
    began, seen = time.monotonic(), Counter[str]()
    with ProcessPoolExecutor(JOBS) as pool:
        pieces = [
            pool.submit(_piece, count // PIECES + (piece < count % PIECES), seed * PIECES + piece)
            for piece in range(PIECES)
        ]
        for piece in pieces:
            seen += piece.result()
    for situation in SITUATIONS:
        print(f"{situation:<44}{seen[situation]:>12,}")
    missed = [situation for situation in SITUATIONS if not seen[situation]]
    seconds = time.monotonic() - began
    print(f"{count:,} lives, 0 wrong, {seconds:.0f} s, {count / max(seconds, 0.001):,.0f} lives/s")
    if missed:
        print(f"not reached: {', '.join(missed)}")
    return 1 if missed else 0


def _piece(count: int, seed: int) -> Counter[str]:
    return live(count=count, seed=seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
