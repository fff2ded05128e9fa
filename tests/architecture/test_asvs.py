"""docs/asvs.yaml has every requirement once, and every verdict stands on something that is there."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache

import pytest

from tests.architecture.test_docs import anchors_of
from tests.asvs import ROOT, Requirement, Verdict, of_the_standard, requirements, table


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of a file's tests, by reading it."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def faults_of(row: Requirement) -> list[str]:
    """What a row lacks."""
    found = []
    for test in row.tests:
        path, _, name = test.partition("::")
        if not name.startswith("test_") or name not in names_in(path):
            found.append(f"{row.id}: there is no {test}")
    for document in row.documents:
        path, _, anchor = document.partition("#")
        file = ROOT / path
        if not file.is_file() or (anchor and anchor not in anchors_of(file)):
            found.append(f"{row.id}: there is no {document}")
    if row.verdict is Verdict.MET and not (row.tests or row.documents):
        found.append(f"{row.id} is met by nothing")
    if row.verdict is not Verdict.MET and len(row.because) < 15:
        found.append(f"{row.id} does not say why it is {row.verdict}")
    if not row.summary:
        found.append(f"{row.id} has no summary")
    return found


def test_every_requirement_of_the_standard_stands_there_once() -> None:
    counted = Counter((row.id, row.level) for row in requirements())
    assert dict(counted) == dict.fromkeys(of_the_standard().items(), 1)
    assert len(counted) == 253


def test_every_verdict_stands_on_what_is_there() -> None:
    assert [fault for row in requirements() for fault in faults_of(row)] == []


def test_only_requirements_of_documents_are_met_by_documents_alone() -> None:
    """Section 1 of each chapter asks for documents; whatever else is met has a test."""
    by_words = [row.id for row in requirements() if row.verdict is Verdict.MET and not row.tests]
    assert [number for number in by_words if number.split(".")[1] != "1"] == []


@pytest.mark.parametrize(
    ("verdict", "because", "tests", "documents"),
    [
        (Verdict.MET, "", [], []),
        (Verdict.MET, "", ["svet/config/tests/test_logs.py::test_no_such_thing"], []),
        (Verdict.MET, "", ["svet/no_such_file.py::test_x"], []),
        (Verdict.MET, "", [], ["docs/security.md#no-such-heading"]),
        (Verdict.NOT_APPLICABLE, "", [], []),
        (Verdict.NOT_MET, "later", [], []),
    ],
)
def test_a_row_that_stands_on_nothing_is_found(
    verdict: Verdict, because: str, tests: list[str], documents: list[str]
) -> None:
    assert faults_of(Requirement("V1.1.1", 1, "words", verdict, because, tests, documents))


def test_the_figures_of_the_quality_page_are_those_of_the_list() -> None:
    assert table(requirements()) in (ROOT / "docs" / "quality.md").read_text("utf-8")
