"""The text of a query is Django's to the letter, whoever writes the columns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.backends.postgresql.compiler import SQLCompiler as DjangoCompiler
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from svet.accounts.models import Account, Link
from svet.kernel.postgres import compiler
from svet.people.models import Person

pytestmark = pytest.mark.django_db

MODELS = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]


def told(made: Any) -> dict[str, Any]:
    """All that Django reads off a compiler behind the text."""

    def plain(info: Any) -> Any:
        if info is None:
            return None
        found = {
            name: info.get(name) for name in ("model", "select_fields", "field", "reverse", "from_parent")
        }
        return found | {"related": [plain(each) for each in info.get("related_klass_infos", [])]}

    text, parameters = made.as_sql()
    expressions = [each[0] for each in made.select[: made.col_count]]
    return {
        "text": text,
        "parameters": list(parameters),
        "rows": plain(made.klass_info),
        "annotations": made.annotation_col_map,
        "columns": [repr(each) for each in expressions],
        "converters": repr(made.get_converters(expressions)),
    }


def require_the_same(queryset: Any) -> None:
    ours = queryset.query.clone().get_compiler(using=queryset.db)
    assert type(ours) is compiler.SQLCompiler
    theirs = DjangoCompiler(queryset.query.clone(), connection, queryset.db)
    assert told(ours) == told(theirs)
    # What is kept is not used up.
    assert told(queryset.query.clone().get_compiler(using=queryset.db)) == told(ours)


def shapes(model: Any) -> Iterator[Any]:
    rows = model._base_manager.all()
    first = model._meta.concrete_fields[0].name
    related = [each.name for each in model._meta.fields if each.is_relation and not each.null]
    yield rows
    yield rows.order_by("-pk")[3:9]
    yield rows.order_by(first, "pk").distinct()
    yield rows.reverse()
    yield rows.order_by("?")
    yield rows.order_by(F("pk").desc(nulls_last=True))
    yield rows.only("pk")
    yield rows.defer(model._meta.concrete_fields[-1].name)
    yield rows.values_list("pk", flat=True)
    yield rows.values("pk").annotate(many=Count("pk")).order_by("many")
    yield rows.annotate(many=Count("pk")).order_by("-many", "pk")
    yield rows.filter(Exists(model._base_manager.filter(pk=OuterRef("pk"))))
    yield rows.filter(pk__in=model._base_manager.order_by("pk")[:2])
    yield rows.order_by("pk").union(rows.order_by("-pk")[:5]).order_by("pk")
    yield rows.extra(select={"one": "1"}).order_by("one")
    yield rows.select_for_update(no_key=True).order_by("pk")
    for name in related:
        yield rows.select_related(name).order_by(f"{name}__pk", "-pk")
        yield rows.select_related(name).filter(**{f"{name}__in": [1, 2]}).order_by(name)
        yield rows.filter(**{f"{name}__isnull": False}).order_by(f"-{name}")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_table_is_asked_as_django_asks_it(model: Any) -> None:
    for queryset in shapes(model):
        require_the_same(queryset)


CASES: list[Callable[[], Any]] = [
    lambda: Link.objects.select_related("account__provider", "person").order_by("account__number"),
    lambda: Link.objects.filter(account__link__person=1, account__link__group__name="a"),
    lambda: Account.objects.exclude(link__person__link__account__number="1"),
    lambda: Account.objects.filter(link__in=Link.objects.filter(account__link__person=3)).distinct(),
    lambda: Account.objects.annotate(small=Lower("holder_name")).order_by("small", "number"),
    lambda: Account.objects.order_by(Lower("holder_name"), "number"),
    lambda: Account.objects.order_by("provider__name", "-premises__city").distinct("provider__name"),
    lambda: Person.objects.filter(Q(pk=1) | Q(link__account__number="5")).alias(n=Count("link")),
]


@pytest.mark.parametrize("made", CASES)
def test_tables_that_are_joined_with_themselves_keep_their_names(made: Callable[[], Any]) -> None:
    require_the_same(made())


def test_tables_of_former_migrations_are_not_kept() -> None:
    state = ProjectState()
    state.add_model(ModelState.from_model(Session))
    former = state.apps.get_model("sessions", "Session")
    require_the_same(former._base_manager.order_by("-pk"))
    assert all(model is not former for model, _ in compiler._COLUMNS)


def test_what_two_threads_write_at_once_is_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns are known by their object: one that went would lend its place to any other expression."""
    both, made = threading.Barrier(2, timeout=30), compiler.SQLCompiler._columns
    monkeypatch.setattr(compiler, "_COLUMNS", {})
    monkeypatch.setattr(compiler, "_CONVERTERS", {})

    def slowly(self: Any, meta: Any, alias: str) -> Any:
        both.wait()
        return made(self, meta, alias)

    def kept(_turn: int) -> Any:
        return Session.objects.all().query.get_compiler(using="default")._kept(Session._meta, "T3")

    monkeypatch.setattr(compiler.SQLCompiler, "_columns", slowly)
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(kept, range(2))
    assert one is other
    assert set(compiler._CONVERTERS) == {id(each) for each in one.expressions}


def test_a_query_without_a_table_is_django_s() -> None:
    assert Person.objects.filter(pk=1).exists() is False
    assert Person.objects.aggregate(many=Count("pk")) == {"many": 0}
    assert list(Person.objects.values_list("pk")) == []
