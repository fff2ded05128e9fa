"""Schemathesis makes calls of the document's every operation, as Vera with the ids of Anna's things.

Every call is rolled back. Never a 500, never a status, a type or a form that the document does not tell;
nothing of Anna's comes back or changes. Bounded: a few calls per operation, the same ones in every run.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from svet.api.application import document
from tests.authorisation.policy import API, EVERYBODY, Who
from tests.authorisation.test_matrix import _as_test, standing, world, writes  # noqa: F401
from tests.authorisation.world import World

#: Calls per operation by what the document allows, and by what it does not; `make vera` makes more of both.
MORE = int(os.environ.get("SVET_VERA_TIMES", "1"))
CALLS = {GenerationMode.POSITIVE: 4 * MORE, GenerationMode.NEGATIVE: 2 * MORE}
#: Every third call names what is nobody's, the others Anna's things.
STRANGE = 3
JUDGED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
#: Operations where a thing of Anna's is named: whatever else is sent, Vera is told no good.
FOREIGN = {
    f"{row.method} /" + re.sub(r"<(\w+)>", r"{\1}", row.route)
    for row in API
    if "<" in row.route and row.may != EVERYBODY
}


@dataclass
class Tried:
    """What was called, and what was wrong."""

    calls: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    #: How many rows of data were written so far, also those taken back.
    written: int = 0


def operations() -> Iterator[APIOperation[Any, Any, Any, Any]]:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = WSGIHandler()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


def own(ids: dict[str, str], case: Any) -> bool:
    """Put Anna's ids where the address, the query and the body ask for ids; says whether any did."""
    before = repr((case.path_parameters, case.query, case.body))
    if case.path_parameters:
        case.path_parameters = {name: ids.get(name, value) for name, value in case.path_parameters.items()}
    if isinstance(case.query, dict) and "account_id" in case.query:
        case.query["account_id"] = ids["account_id"]
    if isinstance(case.body, dict):
        for name in case.body:
            if name in ids and isinstance(case.body[name], str):
                case.body[name] = ids[name]
    return before != repr((case.path_parameters, case.query, case.body))


def call(world: World, case: Any, tried: Tried, *, foreign: bool) -> None:  # noqa: F811
    name = f"{case.method} {case.path}"
    # What is sent is judged as it is: the judge does not uncompress.
    headers = {"Authorization": f"Bearer {world.secrets[Who.VERA]}", "Accept-Encoding": "identity"}
    with _as_test(transaction.atomic()):
        response = case.call(headers=headers, base_url="http://testserver")
        written = writes()
        changed, tried.written = written - tried.written, written
        transaction.set_rollback(True)
    tried.calls[name] += 1
    tried.answers[response.status_code] += 1
    try:
        case.validate_response(response, checks=[CHECKS.get_by_names([one])[0] for one in JUDGED])
    except FailureGroup as found:
        tried.wrong.extend(f"{name}: {each.title}: {each.message}"[:400] for each in found.exceptions)
    except AssertionError as found:
        tried.wrong.append(f"{name}: {found}"[:400])
    if foreign:
        if response.status_code < 400:
            tried.wrong.append(f"{name}: Vera was told {response.status_code}")
        if changed:
            tried.wrong.append(f"{name}: Vera changed something")


def try_out(operation: APIOperation[Any, Any, Any, Any], world: World, tried: Tried) -> None:  # noqa: F811
    name = f"{operation.method.upper()} {operation.path}"
    for mode, most in CALLS.items():
        seen = 0

        @settings(
            max_examples=most,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def each(case: Any) -> None:
            nonlocal seen
            seen += 1
            named = bool(seen % STRANGE) and own(world.ids, case)
            call(world, case, tried, foreign=named or name in FOREIGN)

        each()


def test_no_call_of_any_operation_breaks_the_promise(
    world: World,  # noqa: F811
    one_connection: None,
) -> None:
    tried = Tried(written=writes())
    for operation in operations():
        try_out(operation, world, tried)
    wanted = {f"{method.upper()} {path}" for path, found in document()["paths"].items() for method in found}
    assert set(tried.calls) == wanted
    # Not thin: every operation several times, and no kind of answer is missing.
    assert min(tried.calls.values()) >= 3, tried.calls
    assert {200, 201, 400, 404, 422} <= set(tried.answers), tried.answers
    assert not tried.wrong, "\n".join(sorted(set(tried.wrong)))
