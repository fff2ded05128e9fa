"""``svet bills print --again``: the files of the first printing are never replaced by others."""

from __future__ import annotations

from pathlib import Path

import pytest

from svet.bills.models import PrintBatch
from svet.bills.tests.test_printing import NOW, billed
from svet.cli.billing.printing import print_again, print_bills
from svet.config.failures import Failure

pytestmark = pytest.mark.django_db


def printed(into: Path) -> tuple[str, dict[str, bytes]]:
    billed(2)
    print_bills(period="2026-11", code="", into=into, size=500, now=NOW, say=lambda _: None)
    return PrintBatch.objects.get().pdf_sha256, whole(into)


def whole(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def label_in(files: dict[str, bytes]) -> str:
    return next(name.removesuffix(".csv") for name in files if name.endswith(".csv"))


def test_a_batch_drawn_again_is_the_same_files(tmp_path: Path) -> None:
    _sha, files = printed(tmp_path)
    said: list[str] = []
    print_again(label=label_in(files), into=tmp_path, now=NOW, say=said.append)
    assert whole(tmp_path) == files
    assert not (tmp_path / "redrawn").exists()
    assert "2 bills again" in said[0]


def test_a_batch_drawn_otherwise_goes_beside_and_the_command_fails(tmp_path: Path) -> None:
    _sha, files = printed(tmp_path)
    # As if the version that printed had drawn it otherwise.
    PrintBatch.objects.update(pdf_sha256="0" * 64)
    first = dict.fromkeys(files, b"the first printing")
    for name, content in first.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Failure, match="drawn otherwise than in the first printing") as failed:
        print_again(label=label_in(files), into=tmp_path, now=NOW, say=lambda _: None)
    assert str(tmp_path / "redrawn") in str(failed.value)
    assert whole(tmp_path) == first
    assert whole(tmp_path / "redrawn") == files
