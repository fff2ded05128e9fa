"""Peers nobody here wrote, from npm: installed once beside the environment, run by node.

``make peers`` installs node when it may, as ``make browser`` does Chromium.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import debian

SMS_CENTRE = "smpp@0.6.0-rc.4"
PUSH_SERVICE = "web-push-testing@1.2.2"
IDENTITY_PROVIDER = "oidc-provider@9.13.3"
SBER_CLIENT = "sberbank-acquiring@1.2.2"
TYPED_CLIENT = "openapi-typescript@7.13.0"
MAX_CLIENT = "@maxhub/max-bot-api@0.3.1"
PACKAGES = (SMS_CENTRE, PUSH_SERVICE, IDENTITY_PROVIDER, SBER_CLIENT, TYPED_CLIENT, MAX_CLIENT)
#: What a package leaves to whoever uses it, pinned too.
BESIDE = {TYPED_CLIENT: ("typescript@5.9.3",)}
APT = ("nodejs", "npm")


@dataclass
class Peer:
    """A running peer; ``read`` gives the line of JSON it says next."""

    process: subprocess.Popen[str]

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said


@contextmanager
def running(package: str, script: str, *arguments: str, module: bool = False) -> Iterator[Peer]:
    """A script of ours around a package of theirs, for the length of a test."""
    if install(package):
        raise RuntimeError("node or npm is missing: apt-get install nodejs npm")
    folder = folder_of(package)
    # A module finds packages from the folder it is run in, an older script by NODE_PATH.
    kind = ["--input-type=module"] if module else []
    words = ["node", *kind, "-e", script, "--", "peer", *arguments]
    process = subprocess.Popen(
        words,
        cwd=folder,
        env=os.environ | {"NODE_PATH": str(folder / "node_modules")},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Peer(process)
    finally:
        process.terminate()
        process.wait(5)
        assert process.stdout is not None
        process.stdout.close()


def install(*packages: str) -> int:
    """Have node and the packages; 0 when all are there."""
    missing = [package for package in packages if not (folder_of(package) / "installed").is_file()]
    if not missing and shutil.which("node"):
        return 0
    if not (shutil.which("node") and shutil.which("npm")) and debian.install(APT, needed_by="The peers"):
        return 1
    return max(map(_install, missing), default=0)


def folder_of(package: str) -> Path:
    """Where a package lies once it is installed."""
    return Path(sys.prefix) / "npm" / package


def _install(package: str) -> int:
    folder = folder_of(package)
    folder.mkdir(parents=True, exist_ok=True)
    options = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save")
    words = ["npm", "install", *options, package, *BESIDE.get(package, ())]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(f"npm install {package} failed: {done.stderr.strip().splitlines()[-1:]}\n")
    else:
        (folder / "installed").touch()
    return done.returncode


if __name__ == "__main__":
    sys.exit(install(*PACKAGES))
