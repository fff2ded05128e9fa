"""Which situations stand in the code of the lives, and which of them a run has reached."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.chaos import OUTPUT

FOLDER = Path(__file__).parent


def declared() -> set[str]:
    """Every situation of ``reachable("…")`` in this folder, found without running it."""
    from antithesis.catalog import scan_tree

    return {each.message for each in scan_tree(FOLDER)}


def reached() -> set[str]:
    """What has been reached since this process began."""
    lines = Path(os.environ[OUTPUT]).read_text("utf-8").splitlines()
    told = [json.loads(line).get("antithesis_assert") for line in lines]
    return {each["message"] for each in told if each and each["hit"] and each["condition"]}
