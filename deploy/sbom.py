"""What is in the image, as CycloneDX: PyPI's part by cyclonedx-bom, Debian's packages beside it."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy import tree
from svet import __version__


def bill(site: Path, *, packages: Sequence[tuple[str, str, str]]) -> str:
    """The bill of ``site`` and of Debian's ``packages`` (name, version, architecture), without a moment."""
    with tempfile.TemporaryDirectory(prefix="svet-sbom-") as place:
        # An environment that this machine's Python can run, around the very libraries.
        environment = Path(place)
        (environment / "bin").mkdir()
        base = Path(sys.base_prefix) / "bin"
        (environment / "bin" / "python").symlink_to(base / "python3.11")
        (environment / "pyvenv.cfg").write_text(f"home = {base}\ninclude-system-site-packages = false\n")
        libraries = environment / "lib" / "python3.11"
        libraries.mkdir(parents=True)
        (libraries / "site-packages").symlink_to(site)
        words = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--of", "JSON"]
        found: dict[str, Any] = json.loads(tree.run([*words, environment / "bin" / "python"]))
    found["metadata"]["component"] = {
        "type": "application", "bom-ref": "svet", "name": "svet", "version": __version__,
    }  # fmt: skip
    found["components"] += [
        {
            "type": "library",
            "bom-ref": f"debian:{name}",
            "name": name,
            "version": version,
            "purl": f"pkg:deb/debian/{name}@{version}?arch={architecture}",
        }
        for name, version, architecture in packages
    ]
    return json.dumps(found, indent=1, sort_keys=True) + "\n"
