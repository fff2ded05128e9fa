"""The OpenAPI document by the published validator, and what every operation must say of itself."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from svet.api.application import document

KEY = {"$ref": "#/components/parameters/IdempotencyKey"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, found in document()["paths"].items():
        for method, operation in found.items():
            yield method, path, operation


def test_the_document_is_valid() -> None:
    """By the schema of OpenAPI 3.1 and the rules the schema cannot say: parameters of paths, unique names."""
    assert [str(error) for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_the_validator_would_see_a_fault() -> None:
    broken = copy.deepcopy(document())
    broken["paths"]["/api/v1/bills/{bill_id}"]["get"]["parameters"] = []
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_every_problem_is_described_as_one() -> None:
    """RFC 9457: its own media type, and the one schema with the stable code."""
    found = document()["components"]["responses"]
    for method, path, operation in operations():
        refusals = {status: told for status, told in operation["responses"].items() if int(status) >= 400}
        assert {"429", "503"} <= set(refusals), (method, path)
        for status, told in refusals.items():
            answer = found[told["$ref"].rpartition("/")[2]]
            assert list(answer["content"]) == ["application/problem+json"], (path, status)
            (media,) = answer["content"].values()
            assert media["schema"] == {"$ref": "#/components/schemas/ProblemOut"}


def test_every_answer_names_its_headers() -> None:
    found = document()["components"]["responses"]
    for status in ("428", "429", "503"):
        assert "Retry-After" in found[f"Refused{status}"]["headers"]
    assert "WWW-Authenticate" in found["Refused401"]["headers"]
    for method, path, operation in operations():
        for status, told in operation["responses"].items():
            answer = found[told["$ref"].rpartition("/")[2]] if "$ref" in told else told
            assert "X-Request-ID" in answer["headers"], (method, path, status)


def test_every_operation_says_what_the_shell_may_answer() -> None:
    for method, path, operation in operations():
        told = set(operation["responses"])
        if operation.get("security"):
            assert {"401", "403", "422"} <= told, path
        if method == "post":
            assert {"400", "409", "413", "415", "422"} <= told, path
            assert KEY in operation["parameters"], path
        assert "404" in told or "{" not in path, path
        assert [status for status in told if status < "400"], f"{path} tells of no good answer"


def test_names_of_operations_say_nothing_of_our_modules() -> None:
    names = [operation["operationId"] for _method, _path, operation in operations()]
    assert len(set(names)) == len(names)
    assert not [name for name in names if name.startswith("svet_")]


@pytest.mark.parametrize(
    "path", ["/api/v1/bills/{bill_id}/pdf", "/api/v1/accounts/{account_id}/reconciliation.xlsx"]
)
def test_a_file_is_described_as_one(path: str) -> None:
    good = document()["paths"][path]["get"]["responses"]["200"]
    (media,) = good["content"].values()
    assert media["schema"] == {"type": "string", "format": "binary"}
    assert "Content-Disposition" in good["headers"]
