"""Two generators nobody here wrote make clients of the document: they are whole, and one of them calls us."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler

from svet.api.application import document
from tests import npm
from tests.authorisation.policy import Who
from tests.authorisation.test_matrix import standing, world  # noqa: F401
from tests.authorisation.world import World

#: The generator names files by our types; those that it does not know are bytes to it.
TYPES = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "image/*",
)
#: What a program in TypeScript writes; the last line must not be taken by its compiler.
PROGRAM = """
import type { paths } from "./api";
type Pay = paths["/api/v1/payments"]["post"];
export const body: Pay["requestBody"]["content"]["application/json"] = {
  lines: [{ account_id: "AAAAAAAAAAAAAAAA", amount_kopecks: 30000 }],
};
export const keyed: Pay["parameters"]["header"] = { "Idempotency-Key": "november" };
type Busy = paths["/api/v1/accounts"]["get"]["responses"][429];
export type Refused = Busy["content"]["application/problem+json"];
export const said = (problem: Refused): string => `${problem.status} ${problem.code} ${problem.title}`;
// @ts-expect-error: a sum of money is a number of kopecks
export const wrong: typeof body = { lines: [{ account_id: "AAAAAAAAAAAAAAAA", amount_kopecks: "300.00" }] };
"""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("contract") / "openapi.json"
    file.write_text(json.dumps(document()), "utf-8")
    return file


@pytest.fixture(scope="module")
def package(described: Path) -> Iterator[str]:
    """The client that ``openapi-python-client`` writes; a warning of the generator fails."""
    folder = described.parent / "written_by_a_generator"
    settings = described.parent / "settings.json"
    known = dict.fromkeys(TYPES, "application/octet-stream") | {
        "application/problem+json": "application/json"
    }
    settings.write_text(json.dumps({"content_type_overrides": known, "post_hooks": []}), "utf-8")
    words = ["generate", "--path", described, "--output-path", folder, "--meta", "none", "--config", settings]
    done = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", *map(str, words), "--fail-on-warning"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder.parent))
    yield folder.name
    sys.path.remove(str(folder.parent))
    for name in [name for name in sys.modules if name.partition(".")[0] == folder.name]:
        del sys.modules[name]


def modules_of(package: str) -> list[str]:
    folder = Path(importlib.import_module(package).__path__[0])
    return [
        ".".join([package, *file.relative_to(folder).with_suffix("").parts])
        for file in sorted(folder.rglob("*.py"))
        if file.name != "__init__.py"
    ]


def test_the_python_client_has_a_function_for_every_operation(package: str) -> None:
    found = [importlib.import_module(name) for name in modules_of(package)]
    functions = [each.__name__.rpartition(".")[2] for each in found if hasattr(each, "sync_detailed")]
    wanted = [
        operation["operationId"]
        for operations in document()["paths"].values()
        for operation in operations.values()
    ]
    assert sorted(functions) == sorted(wanted)


def called(package: str, tag: str, name: str) -> ModuleType:
    return importlib.import_module(f"{package}.api.{tag}.{name}")


def test_the_python_client_calls_us(package: str, one_connection: None, world: World) -> None:  # noqa: F811
    """Over the server's own interface: a list, a write under a key twice, a file, and a refusal."""
    clients = importlib.import_module(f"{package}.client")
    models: Any = importlib.import_module(f"{package}.models")
    secret = world.secrets[Who.ANNA]
    transport = httpx.WSGITransport(app=WSGIHandler())
    client = clients.AuthenticatedClient(
        base_url="http://testserver",
        token=secret,
        raise_on_unexpected_status=True,
        httpx_args={"transport": transport},
    )

    (account,) = called(package, "accounts", "accounts_accounts").sync(client=client)
    assert account.id == world.ids["account_id"]

    pay = called(package, "payments", "payments_pay")
    line = models.PaymentLineIn(account_id=account.id, amount_kopecks=30_000)
    body = models.PaymentIn(lines=[line])
    first = pay.sync_detailed(client=client, body=body, idempotency_key="november")
    again = pay.sync_detailed(client=client, body=body, idempotency_key="november")
    assert (first.status_code, first.parsed.id) == (201, again.parsed.id)

    pdf = called(package, "bills", "bills_bill_pdf").sync(world.ids["bill_id"], client=client)
    assert pdf.payload.read(5) == b"%PDF-"

    other = models.PaymentIn(lines=[models.PaymentLineIn(account_id=account.id, amount_kopecks=40_000)])
    refused = pay.sync(client=client, body=other, idempotency_key="november")
    assert (type(refused).__name__, refused.status, refused.code) == ("ProblemOut", 409, "key_reused")


def test_a_typed_client_is_compiled(described: Path) -> None:
    """``openapi-typescript`` writes the types, and the compiler takes a program that uses them."""
    assert npm.install(npm.TYPED_CLIENT) == 0, "node or npm is missing: apt-get install nodejs npm"
    tools = npm.folder_of(npm.TYPED_CLIENT) / "node_modules" / ".bin"
    types, program = described.with_name("api.ts"), described.with_name("program.ts")
    program.write_text(PROGRAM, "utf-8")
    for words in (
        [tools / "openapi-typescript", described, "-o", types, "--default-non-nullable=false"],
        [tools / "tsc", "--noEmit", "--strict", "--skipLibCheck", program],
    ):
        done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
