"""What a worker of granian does first: it loads the program with nothing set up before."""

from __future__ import annotations

import os
import subprocess
import sys


def test_the_program_loads_in_a_process_of_its_own() -> None:
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", "import svet.config.web"],
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
