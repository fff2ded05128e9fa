"""``make packages``: the wheel and the Debian package into ``dist/``, with their digests.

python -m deploy.packages [FOLDER]
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from deploy import tree
from deploy.debian import build_package
from deploy.wheel import build_wheel


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("svet-*.whl"), *folder.glob("svet_*.deb")):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="svet-packages-") as place:
        source, root = Path(place) / "source", Path(place) / "root"
        tree.export(source)
        wheel = build_wheel(source=source, folder=folder)
        tell(wheel)
        tree.stage(root, wheel=wheel, requirements=source / "requirements.txt")
        tell(build_package(root, source=source, folder=folder))


def tell(file: Path) -> None:
    """Its size and digest, by which two builds are compared."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    sys.stdout.write(f"{file}: {file.stat().st_size / 1e6:.1f} MB, sha256 {digest}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
