"""``python -m tests.face.since REVISION``: which pages look otherwise than they did at a revision.

Both trees are drawn by the same browser with the same letters, so nothing is left but the pages. What differs
is put into ``shots/since``, then and now beside each other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.face.pictures import difference, opened

ROOT = Path(__file__).resolve().parents[2]
OUT = Path("shots") / "since"


def _drawn(tree: Path, folder: Path) -> None:
    """Draw every page of a tree into ``folder``."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/face/every_picture.py"],
        cwd=tree,
        env=os.environ | {"SVET_PICTURES_INTO": str(folder)},
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the pages of {tree.name} could not be drawn")


def _beside(before: Image.Image, now: Image.Image) -> Image.Image:
    both = Image.new("RGB", (before.width + now.width + 8, max(before.height, now.height)), "red")
    both.paste(before, (0, 0))
    both.paste(now, (before.width + 8, 0))
    return both


def compare(before: Path, now: Path) -> list[str]:
    """One line for each page that came, went or looks otherwise; the pairs are in ``OUT``."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    was, are = ({path.name for path in folder.glob("*.png")} for folder in (before, now))
    said = [f"{name}: is gone" for name in sorted(was - are)] + [
        f"{name}: is new" for name in sorted(are - was)
    ]
    for name in sorted(was & are):
        old, new = opened(before / name), opened(now / name)
        if what := difference(new, old):
            said.append(f"{name}: {what}")
            _beside(old, new).save(OUT / name)
    return said


def main(revision: str) -> int:
    with tempfile.TemporaryDirectory(prefix="svet-since-") as place:
        tree = Path(place) / "tree"
        git = ["git", "-C", str(ROOT)]
        subprocess.run([*git, "worktree", "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            _drawn(tree, Path(place) / "before")
        finally:
            subprocess.run([*git, "worktree", "remove", "--force", str(tree)], check=True)
        _drawn(ROOT, Path(place) / "now")
        said = compare(Path(place) / "before", Path(place) / "now")
        count = sum(1 for _ in (Path(place) / "now").glob("*.png"))
    said.append(f"{count} pictures, {len(said)} otherwise than at {revision}; pairs in {OUT}")
    sys.stdout.write("\n".join(said) + "\n")
    return len(said) > 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "HEAD"))
