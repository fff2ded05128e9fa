"""Bills drawn from many threads at once: how fast, and whether every file is the one a single thread makes.

`python -m bench.drawing [FILES] [THREADS]`, 10,000 files from 8 threads by themselves. Exits 1 when a file
differs or cannot be drawn.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

os.environ.setdefault("SVET_ENV", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svet.config.settings")

DOCUMENTS = 500


def main(files: int, threads: int) -> int:
    """Draw them all and compare with the digests of one thread."""
    import django

    django.setup()
    from django.utils import translation
    from reportlab.lib import rl_accel

    from svet.bills.drawing import draw
    from svet.bills.tests.factories import make_varied_document

    documents = [make_varied_document(number) for number in range(min(DOCUMENTS, files))]

    def digest(number: int) -> str:
        with translation.override("ru"):
            content = draw(documents[number % len(documents)], masked=bool(number % 2))
        return hashlib.sha256(content).hexdigest()

    digest(0)
    begin = time.perf_counter()
    alone = [digest(number) for number in range(2 * len(documents))]
    single = (time.perf_counter() - begin) / len(alone)
    sys.setswitchinterval(0.0005)
    wrong = failed = 0
    begin = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for number, future in enumerate(pool.submit(digest, number) for number in range(files)):
            try:
                wrong += future.result() != alone[number % len(alone)]
            except Exception as error:
                failed += 1
                print(f"{type(error).__name__}: {error}")
    many = (time.perf_counter() - begin) / files
    print(
        f"{files:,} bills from {threads} threads: {wrong} differ from one thread's, {failed} failed;"
        f" {single * 1000:.2f} ms a bill in one thread, {many * 1000:.2f} ms in {threads};"
        f" formatting by {rl_accel.fp_str.__module__}"
    )
    return int(bool(wrong or failed))


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    sys.exit(main(*given, *(10_000, 8)[len(given) :]))
