"""Draw the site of the documents: ``python docs/site FOLDER``.

Every warning is an error, among them a link or an anchor that leads nowhere. The drawings are drawn by
the reader's browser with mermaid, which comes from npm once and lies beside the pages: nothing is loaded
from elsewhere.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests import npm  # noqa: E402  the root is not on the path of a folder that is run

MERMAID = "mermaid@11.12.1"
# Where conf.py looks for what goes along with the pages.
CARRIED = Path(sys.prefix) / "site-static"
MODULE = "mermaid.esm.min.mjs"


def carry() -> int:
    """Have mermaid's module and its parts in one folder; 0 when they are there."""
    if npm.install(MERMAID):
        return 1
    parts = npm.folder_of(MERMAID) / "node_modules" / "mermaid" / "dist"
    shutil.rmtree(CARRIED, ignore_errors=True)
    # The maps of the sources are for who debugs mermaid.
    shutil.copytree(
        parts / "chunks" / MODULE.removesuffix(".mjs"),
        CARRIED / "chunks" / MODULE.removesuffix(".mjs"),
        ignore=shutil.ignore_patterns("*.map"),
    )
    shutil.copy(parts / MODULE, CARRIED / MODULE)
    return 0


def draw(target: Path) -> int:
    words = [
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-E",
        "-b",
        "html",
        "-c",
        str(ROOT / "docs" / "site"),
    ]
    ended = subprocess.run([sys.executable, *words, str(ROOT), str(target)], check=False).returncode
    shutil.rmtree(target / ".doctrees", ignore_errors=True)
    return ended


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist" / "site")
    failed = carry() or draw(place)
    sys.stdout.write("" if failed else f"{place / 'index.html'}\n")
    sys.exit(failed)
