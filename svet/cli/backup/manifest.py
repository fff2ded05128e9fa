"""What a backup says of itself: of which moment and version, its rows by table, the hash of each file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from svet.config.failures import Failure

NAME = "manifest.json"
FORMAT = 1
_PIECE = 1 << 20
#: How many times larger than its backup a database is at most: some seven were seen.
_UNPACKED = 10


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file of the backup: bytes, and SHA-256 in hexadecimal digits."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``rows`` are counted in the very picture of the database that was dumped; ``keys`` are fingerprints.

    ``database`` is how many bytes it had; 0 in a backup of a version that did not say.
    """

    made_at: datetime
    svet: str
    postgresql: int
    migrations: tuple[tuple[str, str], ...]
    rows: Mapping[str, int]
    keys: Mapping[str, str]
    files: Mapping[str, FileFact]
    database: int = 0

    @property
    def unpacked(self) -> int:
        """Bytes that its database takes once it is restored, rather too many than too few."""
        return self.database or _UNPACKED * self.size

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(each.size for each in self.files.values())

    def written(self) -> str:
        """The text of the manifest's file; it proves itself."""
        body = {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps(
            {"digest": _digest(body), **body}, ensure_ascii=False, indent=1, sort_keys=True, default=str
        )


def fingerprint(secret: str) -> str:
    """By what a secret is known again and cannot be found: our secrets are long and random."""
    return hashlib.sha256(b"svet backup " + secret.encode()).hexdigest()[:16] if secret else ""


def files_of(folder: Path) -> dict[str, FileFact]:
    """Every file of a backup but the manifest, by its path inside."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / NAME]
    return {path.relative_to(folder).as_posix(): _fact(path) for path in paths}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. :raises Failure: there is none, or it is not as it was written"""
    try:
        told = json.loads((folder / NAME).read_text("utf-8"))
        digest = told.pop("digest")
        if told.get("format") != FORMAT:
            raise Failure(_("{folder}: копию сделала другая версия Света").format(folder=folder))
        if digest != _digest(told):
            raise ValueError("digest")
        return Manifest(
            made_at=datetime.fromisoformat(told["made_at"]),
            svet=told["svet"],
            postgresql=told["postgresql"],
            migrations=tuple((app, name) for app, name in told["migrations"]),
            rows=told["rows"],
            keys=told["keys"],
            files={name: FileFact(**fact) for name, fact in told["files"].items()},
            database=int(told.get("database", 0)),
        )
    except OSError:
        raise Failure(_("{folder}: здесь нет резервной копии").format(folder=folder)) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failure(_("{folder}: опись копии повреждена").format(folder=folder)) from None


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with the manifest. :raises Failure: one is missing, changed or too many"""
    there = files_of(folder)
    for name, fact in manifest.files.items():
        if name not in there:
            raise Failure(_("{folder}: нет файла {name}").format(folder=folder, name=name))
        if there[name] != fact:
            raise Failure(_("{folder}: файл {name} не тот, что был записан").format(folder=folder, name=name))
    for name in there.keys() - manifest.files.keys():
        raise Failure(_("{folder}: лишний файл {name}").format(folder=folder, name=name))


def _fact(path: Path) -> FileFact:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return FileFact(size, digest.hexdigest())


def _digest(body: Mapping[str, object]) -> str:
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
