"""The Debian package: ``usr/lib/svet``, the command, systemd's units, the file of settings."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from deploy import tree
from svet import __version__

FILES = Path(__file__).resolve().parent / "files"
UNITS = (
    "svet-web.service",
    "svet-worker.service",
    "svet-backup.service",
    "svet-backup.timer",
    "svet-drill.service",
    "svet-drill.timer",
)
# Where each of our files lies, and whether it is a program.
_PLACES = {
    "svet": ("usr/bin/svet", True),
    "svet.env": ("etc/svet/svet.env", False),
    "sysusers.conf": ("usr/lib/sysusers.d/svet.conf", False),
    "tmpfiles.conf": ("usr/lib/tmpfiles.d/svet.conf", False),
    **{name: (f"usr/lib/systemd/system/{name}", False) for name in UNITS},
}
_SCRIPTS = ("postinst", "prerm", "postrm")
_CONTROL = """\
Package: svet
Version: {version}
Architecture: {architecture}
Maintainer: Svet <svet@portal.example>
Installed-Size: {size}
Section: web
Priority: optional
Depends: python3.11, ca-certificates, libstdc++6, util-linux, systemd | systemd-standalone-sysusers,
 systemd | systemd-standalone-tmpfiles
Recommends: nginx | haproxy, postgresql-client
Suggests: postgresql
Description: customer portal and billing system for electricity retailers
 Pages, an interface for programs and background jobs over PostgreSQL.
 All of it is described in /usr/share/doc/svet/operations.md.
"""


def build_package(root: Path, *, source: Path, folder: Path) -> Path:
    """Add Debian's files to a staged ``root``, pack it into ``folder``. :raises SystemExit: a step failed"""
    for name, (place, program) in _PLACES.items():
        _copy(FILES / name, root / place, program=program)
    documents = root / "usr/share/doc/svet"
    for name in ("operations.md", "settings.md", "alerts.yml"):
        _copy(source / "docs" / name, documents / name)
    _copy(source / "LICENSE", documents / "copyright")
    for name, text in examples((source / "docs" / "operations.md").read_text("utf-8")).items():
        example = documents / "examples" / name
        example.parent.mkdir(exist_ok=True)
        example.write_text(text, "utf-8")
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) // 1024
    architecture = tree.run(["dpkg", "--print-architecture"]).strip()
    _write_control(root, size=size, architecture=architecture)
    tree.settle(root)
    package = folder / f"svet_{__version__}_{architecture}.deb"
    # One thread: the blocks of a compressor depend on their number.
    words = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z3", "--threads-max=1", "--build"]
    tree.run([*words, root, package], SOURCE_DATE_EPOCH=str(tree.epoch()))
    shutil.rmtree(root / "DEBIAN")
    return package


def examples(operations: str) -> dict[str, str]:
    """Configurations of servers in front, as docs/operations.md has them."""
    found = dict(re.findall(r"```(nginx|haproxy)\n(.*?)```", operations, re.DOTALL))
    return {"nginx.conf": found["nginx"], "haproxy.cfg": found["haproxy"]}


def _write_control(root: Path, *, size: int, architecture: str) -> None:
    control = root / "DEBIAN"
    control.mkdir()
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(root)}\n"
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink() and control not in path.parents
    ]
    text = _CONTROL.format(version=__version__, architecture=architecture, size=size)
    (control / "control").write_text(text)
    (control / "md5sums").write_text("".join(sums))
    (control / "conffiles").write_text("/etc/svet/svet.env\n")
    for name in _SCRIPTS:
        _copy(FILES / name, control / name, program=True)


def _copy(file: Path, place: Path, *, program: bool = False) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)
    place.chmod(0o755 if program else 0o644)
