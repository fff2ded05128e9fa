"""``make browser``: has Chromium and a Cyrillic font, installing Debian's packages when it may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

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
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        sys.stderr.write(
            f"The journeys need {' and '.join(PACKAGES)}: apt-get install {' '.join(PACKAGES)}\n"
        )
        return 1
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run([apt, *words], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(f"apt-get {words[0]} failed: {done.stderr.strip().splitlines()[-1:]}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
