"""A build is of one commit, however many come while it runs for minutes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import tree

_NOBODY = ("-c", "user.name=Anna", "-c", "user.email=anna@example.ru", "-c", "commit.gpgsign=false")


def commit(repository: Path, *, text: str, moment: int) -> None:
    (repository / "file").write_text(text)
    dated = os.environ | {"GIT_COMMITTER_DATE": f"{moment} +0000", "GIT_AUTHOR_DATE": f"{moment} +0000"}
    for words in (["add", "file"], ["commit", "-qm", text]):
        subprocess.run(["git", *_NOBODY, "-C", str(repository), *words], env=dated, check=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    monkeypatch.setattr(tree, "ROOT", folder)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    tree.revision.cache_clear()
    yield folder
    tree.revision.cache_clear()


def test_who_commits_while_it_is_built_changes_neither_files_nor_their_dates(
    repository: Path, tmp_path: Path
) -> None:
    commit(repository, text="first", moment=1_790_000_000)
    assert tree.epoch() == 1_790_000_000
    commit(repository, text="second", moment=1_790_000_300)
    tree.export(tmp_path / "laid")
    assert (tmp_path / "laid" / "file").read_text() == "first"
    assert tree.epoch() == 1_790_000_000
