"""The wheel: Svet's modules, templates, static files and compiled catalogues, without tests."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy import tree

_CATALOGUES = "from svet.launcher.catalogues import compile_catalogues; compile_catalogues(say=print)"


def build_wheel(*, source: Path, folder: Path) -> Path:
    """Build it from an exported ``source`` into ``folder``. :raises SystemExit: a step failed"""
    python = tree.ROOT / ".venv" / "bin" / "python"
    # Compiled by Babel of the runtime's lock; everybody who installs the wheel has them at once.
    tree.run([python, "-c", f"import sys; sys.path.insert(0, {str(source)!r}); {_CATALOGUES}"])
    tree.settle(source)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    moment = str(tree.epoch())
    tree.run(
        [*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source], SOURCE_DATE_EPOCH=moment
    )
    (wheel,) = folder.glob("svet-*.whl")
    return wheel
