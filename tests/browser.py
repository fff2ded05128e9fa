"""``make browser``: has Chromium and a Cyrillic font, installing Debian's packages when it may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests import debian

BROWSER = "/usr/bin/chromium"
PACKAGES = ("chromium", "fonts-dejavu-core")


def has_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=ru"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def main() -> int:
    if os.access(BROWSER, os.X_OK) and has_font():
        return 0
    return debian.install(PACKAGES, needed_by="The journeys")


if __name__ == "__main__":
    sys.exit(main())
