"""``make image``: an OCI image from Debian's and PyPI's packages alone, as an archive in ``dist/``.

Debian's part is extracted, not installed: no shell, no package manager, nothing that could write. Needs
mmdebstrap and buildah (Debian's), and takes Debian's packages from where this machine takes its own.

python -m deploy.image [FOLDER]
"""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from deploy import sbom, tree
from deploy.packages import tell
from deploy.wheel import build_wheel
from svet import __version__
from tests import debian

SUITE = "bookworm"
PACKAGES = ("python3.11-minimal", "libpython3.11-stdlib", "libstdc++6", "ca-certificates", "coreutils")
#: Programs that stay: Python, and what the nightly proof goes behind others with.
PROGRAMS = ("python3.11", "nice")
USER = 10001
_SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
# Of `usr/share` only what is named below stays.
_NEEDLESS = (
    "boot", "home", "media", "mnt", "opt", "root", "run", "srv", "sys", "sbin", "bin", "etc",
    "usr/sbin", "usr/games", "usr/local", "usr/include", "usr/lib/dpkg", "usr/lib/systemd", "usr/lib/python3",
    "usr/lib/apt", "usr/lib/valgrind", "var/cache", "var/lib/dpkg", "var/lib/apt", "var/log",
)  # fmt: skip
_SHARED = ("zoneinfo", "ca-certificates")
_LIBRARIES_TO_GO = ("perl-base", "perl", "gconv", "audit", "engines-3")
_ETC = {
    "passwd": f"root:x:0:0:root:/:/nonexistent\nsvet:x:{USER}:{USER}:Svet:/var/lib/svet:/nonexistent\n",
    "group": f"root:x:0:\nsvet:x:{USER}:\n",
    "nsswitch.conf": "hosts: files dns\n",
}
_ENVIRONMENT = {
    "PATH": "/usr/lib/svet/bin:/usr/bin",
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "PYTHONSAFEPATH": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
    "SVET_ENV": "production",
    "SVET_DATA": "/var/lib/svet",
    "SVET_STATIC_ROOT": f"/{tree.STATIC}",
}
_ENTRY = ["/usr/lib/svet/bin/python", "-P", "-m", "svet"]
_COMMAND = ["web", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--drain", "5"]  # noqa: S104


def main(folder: Path) -> None:
    missing = [name for name in ("mmdebstrap", "buildah") if shutil.which(name) is None]
    if missing and debian.install(missing, needed_by="Images"):
        sys.exit(1)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="svet-image-") as place:
        source, root = Path(place) / "source", Path(place) / "root"
        tree.export(source)
        wheel = build_wheel(source=source, folder=Path(place))
        packages = lay_debian(root)
        tree.stage(root, wheel=wheel, requirements=source / "requirements.txt")
        (root / "tmp").chmod(0o1777)
        bill = folder / f"svet-{__version__}.cdx.json"
        bill.write_text(sbom.bill(root / tree.SITE, packages=packages), "utf-8")
        tell(bill)
        archive = folder / f"svet-{__version__}.oci.tar"
        digest = commit(root, archive)
        tell(archive)
        sys.stdout.write(f"image {digest}\n{weights(root)}")


def lay_debian(root: Path) -> list[tuple[str, str, str]]:
    """Extract Debian's packages into ``root``, less what nobody runs; gives their names, versions, kinds.

    :raises SystemExit: this machine has no sources of Debian, or mmdebstrap failed
    """
    sources = next(
        (file for file in _SOURCES if file.is_file() and "debian" in file.read_text("utf-8")), None
    )
    if sources is None:
        raise SystemExit("images are built on Debian: there are no sources of its packages here")
    note = root.parent / "debian.txt"
    form = "${Package} ${Version} ${Architecture}\\n"
    told = f"dpkg-deb --show --showformat='{form}' \"$deb\""
    hook = f'for deb in "$1"/var/cache/apt/archives/*.deb; do {told}; done > {note}'
    archive = root.parent / "debian.tar"
    words = [
        "mmdebstrap",
        "--quiet",
        "--variant=extract",
        f"--include={','.join(PACKAGES)}",
        f"--extract-hook={hook}",
    ]
    tree.run([*words, SUITE, archive, sources], SOURCE_DATE_EPOCH=str(tree.epoch()))
    root.mkdir()
    with tarfile.open(archive) as packed:
        tree.unpack(packed, root, [member for member in packed if not member.isdev()])
    _thin(root)
    return sorted(
        {(name, version, cpu) for name, version, cpu in map(str.split, note.read_text().splitlines())}
    )


def _thin(root: Path) -> None:
    certificates = root / "usr/share/ca-certificates"
    bundle = b"".join(file.read_bytes() for file in sorted(certificates.rglob("*.crt")))
    shared = [path for path in (root / "usr/share").iterdir() if path.name not in _SHARED]
    libraries = [path for name in _LIBRARIES_TO_GO for path in root.glob(f"usr/lib/*/{name}")]
    for path in (*(root / name for name in _NEEDLESS), *shared, *libraries, certificates):
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(path)
    for program in (root / "usr/bin").iterdir():
        if program.name not in PROGRAMS:
            program.unlink()
    for name, text in _ETC.items():
        (root / "etc").mkdir(exist_ok=True)
        (root / "etc" / name).write_text(text)
    (root / "etc/ssl/certs").mkdir(parents=True)
    (root / "etc/ssl/certs/ca-certificates.crt").write_bytes(bundle)
    for name in ("tmp", "proc", "dev", "sys", "run", "var/lib/svet"):
        (root / name).mkdir(parents=True, exist_ok=True)


def commit(root: Path, archive: Path) -> str:
    """Make the image's archive of ``root``; gives its digest. :raises SystemExit: buildah failed"""
    with tempfile.TemporaryDirectory(prefix="svet-buildah-") as place:
        packed = Path(place) / "root.tar"
        _pack(root, packed)
        buildah = [
            "buildah",
            "--root",
            f"{place}/store",
            "--runroot",
            f"{place}/run",
            "--storage-driver",
            "vfs",
        ]
        box = tree.run([*buildah, "from", "scratch"]).strip()
        tree.run([*buildah, "add", box, packed, "/"])
        config = [f"--env={name}={value}" for name, value in _ENVIRONMENT.items()]
        config += [
            f"--user={USER}:{USER}",
            "--workingdir=/var/lib/svet",
            "--port=8000",
            "--stop-signal=SIGTERM",
        ]
        config += [f"--entrypoint={json.dumps(_ENTRY)}", f"--cmd={' '.join(_COMMAND)}"]
        config += [
            f"--label=org.opencontainers.image.version={__version__}",
            "--label=org.opencontainers.image.title=svet",
        ]
        tree.run([*buildah, "config", *config, box])
        unordered = Path(place) / "image.tar"
        words = ["commit", "--quiet", "--format=oci", "--disable-compression=false"]
        words.append(f"--timestamp={tree.epoch()}")
        tree.run([*buildah, *words, box, f"oci-archive:{unordered}"])
        put_in_order(unordered, archive)
    return digest_of(archive)


def put_in_order(unordered: Path, archive: Path) -> None:
    """Pack the same files by their names and of one date, so that the archive too is the same to the bit."""
    archive.unlink(missing_ok=True)
    with tarfile.open(unordered) as found, tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as packed:
        for member in sorted(found.getmembers(), key=lambda each: each.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = tree.epoch(), 0, 0, "", ""
            packed.addfile(member, found.extractfile(member) if member.isfile() else None)


def digest_of(archive: Path) -> str:
    """By what a registry and a runtime know the image."""
    with tarfile.open(archive) as packed:
        index = packed.extractfile("index.json")
        assert index is not None
        return str(json.load(index)["manifests"][0]["digest"])


def _pack(root: Path, packed: Path) -> None:
    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        owner = USER if member.name.removeprefix("./").startswith("var/lib/svet") else 0
        member.uid = member.gid = owner
        member.uname = member.gname = ""
        member.mtime = tree.epoch()
        return member

    with tarfile.open(packed, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(root.rglob("*")):
            archive.add(path, str(path.relative_to(root)), recursive=False, filter=plain)


def weights(root: Path) -> str:
    """What fills the image, the heaviest first, as lines."""
    site = root / tree.SITE
    parts = {"Svet itself": site / "svet", "static files": root / tree.STATIC}
    parts |= {path.name: path for path in site.iterdir() if path.is_dir() and path.name != "svet"}
    sizes = {name: _size(path) for name, path in parts.items()}
    sizes["Debian and Python"] = _size(root) - _size(root / tree.HOME)
    whole = _size(root)
    heavy = sorted(sizes.items(), key=lambda part: -part[1])[:12]
    lines = [f"{size / 1e6:7.1f} MB  {name}\n" for name, size in heavy]
    return "".join([f"{whole / 1e6:7.1f} MB  unpacked, of it:\n", *lines])


def _size(path: Path) -> int:
    return sum(each.lstat().st_size for each in path.rglob("*") if each.is_file() and not each.is_symlink())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist").absolute())
