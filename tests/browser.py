"""``make browser``: has Chromium and DejaVu Sans, in which pictures are kept; installs what it may.

Pages are looked at, and journeys walk, in its headless shell: the same engine without windows and tabs, which
for each new visitor took two processes more. What is more than an engine's, the notices, and our document are
tried in the browser people have; Chromium does for all of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests import debian

BROWSER = "/usr/bin/chromium"
SHELL = "/usr/bin/chromium-headless-shell"
PACKAGES = ("chromium", "chromium-headless-shell", "fonts-dejavu-core")


def for_pages() -> str:
    """The browser in which pages are looked at and walked through."""
    return SHELL if os.access(SHELL, os.X_OK) else BROWSER


def has_font() -> bool:
    """Another font of Russian letters would do for journeys, but not for pictures."""
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(
        ["fc-list", ":family=DejaVu Sans:lang=ru"], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip())


def letters_missing() -> list[str]:
    """What a failure of pictures begins with on a machine that draws other letters than the accepted ones."""
    if has_font():
        return []
    return [f"DejaVu Sans is not installed, so every letter looks otherwise: apt-get install {PACKAGES[2]}"]


def main() -> int:
    if os.access(BROWSER, os.X_OK) and has_font():
        if os.geteuid() == 0 and for_pages() != SHELL:
            debian.install(PACKAGES[1:2], needed_by="Pages")  # who has no network has Chromium
        return 0
    return debian.install(PACKAGES, needed_by="The journeys")


if __name__ == "__main__":
    sys.exit(main())
