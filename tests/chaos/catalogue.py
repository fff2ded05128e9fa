"""Which situations stand in the code of the lives, and which of them a run has reached."""

from __future__ import annotations

import json
import os
from pathlib import Path

FOLDER = Path(__file__).parent
#: Where the package ``antithesis`` writes; it reads the name when it is first imported.
OUTPUT = "ANTITHESIS_SDK_LOCAL_OUTPUT"


def declared() -> set[str]:
    """Every situation of ``reachable("…")`` in this folder, found without running it."""
    from antithesis.catalog import scan_tree

    return {each.message for each in scan_tree(FOLDER)}


def reached() -> set[str]:
    """What has been reached since this process began."""
    lines = Path(os.environ[OUTPUT]).read_text("utf-8").splitlines()
    told = [json.loads(line).get("antithesis_assert") for line in lines]
    return {each["message"] for each in told if each and each["hit"] and each["condition"]}
