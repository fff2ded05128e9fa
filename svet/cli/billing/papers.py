"""Whose bill a PDF is that somebody shows, by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from svet.bills.queries.papers import given_papers
from svet.config.failures import Failure


def tell_whose(file: Path, *, say: Callable[[str], None]) -> None:
    """Say of which bill a file is. :raises Failure: it is none that was given out, to the byte"""
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    papers = given_papers(sha256)
    if not papers:
        raise Failure(
            f"sha256 {sha256}: no PDF of a bill with these bytes was given out here. Either it was changed,"
            " or it is no bill of this installation"
        )
    for paper in papers:
        holder = "without the holder's name" if paper.masked else "with the holder's name"
        day = timezone.localdate(paper.made_at)
        say(f"bill {paper.number} of account {paper.account}, {holder}, first given out on {day}")
