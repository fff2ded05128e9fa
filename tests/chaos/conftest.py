"""The catalogue's file is named before anybody imports the package that writes it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.chaos.catalogue import OUTPUT

os.environ.setdefault(OUTPUT, str(Path(tempfile.mkdtemp(prefix="svet-chaos-"), "reached.jsonl")))
