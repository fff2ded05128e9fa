"""The file of a set-up: TOML, because an ИНН or БИК that begins with a zero must never become a number."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from svet.setup.operations.fields import (
    AGREEMENTS,
    LIMITS,
    MEMBER,
    RETAILER,
    SHOP,
    SHOP_FIXED,
    SUPPLIER,
    Answers,
    Field,
)
from svet.setup.rules import AnswerFault, SetupPlan, SetupState, Text
from svet.site.rules import AgreementKind

_LARGEST = 1_000_000
_SECTIONS = ("retailer", "suppliers", "limits", "shops", "agreements", "staff")


class WrongFile(Exception):
    """The file cannot be taken; every fault is a line that names its key."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def read(path: Path, *, state: SetupState) -> SetupPlan:
    """The plan of a file. What is as it stands is not judged again. :raises WrongFile: with every fault"""
    content = _parsed(path)
    faults: list[str] = [
        _("%(key)s: такого раздела нет. Есть: %(known)s.") % {"key": key, "known": ", ".join(_SECTIONS)}
        for key in content
        if key not in _SECTIONS
    ]
    retailer = _retailer(content.get("retailer"), state=state, faults=faults)
    suppliers = _suppliers(content.get("suppliers"), state=state, faults=faults)
    limits = _limits(content.get("limits"), known={*state.suppliers, *suppliers}, state=state, faults=faults)
    shops = _shops(content.get("shops"), state=state, faults=faults)
    agreements = _agreements(content.get("agreements"), folder=path.parent, faults=faults)
    members = _members(content.get("staff"), faults=faults)
    if faults:
        raise WrongFile(faults)
    return SetupPlan(retailer, suppliers, agreements, members, shops, limits)


def written(state: SetupState) -> str:
    """The state as a file that changes nothing when it is given back."""
    return _file(state.retailer, state.suppliers, limits=state.limits, shops=state.shops, members=())


def answers(plan: SetupPlan) -> str:
    """The answers of a plan as a file, without passwords."""
    return _file(plan.retailer, plan.suppliers, limits=plan.limits, shops=plan.shops, members=plan.members)


def _file(
    retailer: Answers,
    suppliers: Mapping[str, Answers],
    *,
    limits: Mapping[str, Answers],
    shops: Mapping[str, Answers],
    members: Sequence[Answers],
) -> str:
    blocks = ["# svet setup --file …"]
    if retailer:
        blocks.append("\n".join(["[retailer]", *_lines(RETAILER, retailer)]))
    blocks.extend("\n".join(["[[suppliers]]", *_lines(SUPPLIER, each)]) for each in suppliers.values())
    blocks.extend("\n".join(["[[limits]]", *_lines(LIMITS, each)]) for each in limits.values())
    blocks.extend("\n".join(["[[shops]]", *_lines(SHOP, each)]) for each in shops.values())
    blocks.extend("\n".join(["[[staff]]", *_lines(MEMBER, each)]) for each in members)
    return "\n\n".join(blocks) + "\n"


def _lines(fields: Sequence[Field], standing: Mapping[str, str]) -> Iterator[str]:
    for field in fields:
        yield f"# {field.question}"
        yield f"{field.key} = {json.dumps(standing.get(field.key, ''), ensure_ascii=False)}"


def _parsed(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except OSError:
        raise WrongFile([_("Файл %(path)s не читается.") % {"path": path}]) from None
    if len(raw) > _LARGEST:
        raise WrongFile([_("Файл %(path)s слишком большой.") % {"path": path}])
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise WrongFile([_("Файл %(path)s не в кодировке UTF-8.") % {"path": path}]) from None
    except tomllib.TOMLDecodeError as error:
        place = _place_of(str(error), raw.decode("utf-8-sig"))
        raise WrongFile(
            [_("%(place)s: строка записана неверно. Тексты и номера берут в кавычки.") % {"place": place}]
        ) from None


def _place_of(said: str, text: str) -> str:
    """The line a parser complains of, with the key that stands on it."""
    digits = said.partition("at line ")[2].partition(",")[0]
    if not digits.isdigit():
        return _("Конец файла")
    number = int(digits)
    lines = text.splitlines()
    key = lines[number - 1].partition("=")[0].strip() if number <= len(lines) else ""
    return _("Строка %(number)s (%(key)s)") % {"number": number, "key": key[:40]}


def _table(content: object, *, place: str, faults: list[str]) -> dict[str, Any]:
    if content is None:
        return {}
    if not isinstance(content, dict):
        faults.append(_("%(key)s: здесь должен быть раздел [%(key)s].") % {"key": place})
        return {}
    return content


def _tables(content: object, *, place: str, faults: list[str]) -> list[dict[str, Any]]:
    if content is None:
        return []
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        faults.append(_("%(key)s: здесь должны быть разделы [[%(key)s]].") % {"key": place})
        return []
    return content


def _retailer(content: object, *, state: SetupState, faults: list[str]) -> dict[str, str]:
    table = _table(content, place="retailer", faults=faults)
    if not table:
        return {}
    return _judged(RETAILER, table, standing=state.retailer, place="retailer", faults=faults)


def _suppliers(content: object, *, state: SetupState, faults: list[str]) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for number, table in enumerate(_tables(content, place="suppliers", faults=faults), start=1):
        code = str(table.get("code", ""))
        place = f"suppliers[{code or number}]"
        if code in found:
            faults.append(_("%(key)s: поставщик с этим кодом уже есть выше.") % {"key": place})
        standing = state.suppliers.get(code, {})
        found[code] = _judged(SUPPLIER, table, standing=standing, place=place, faults=faults)
    return found


def _limits(
    content: object, *, known: set[str], state: SetupState, faults: list[str]
) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for number, table in enumerate(_tables(content, place="limits", faults=faults), start=1):
        code = str(table.get("supplier", ""))
        place = f"limits[{code or number}]"
        if code in found:
            faults.append(_("%(key)s: пределы этого поставщика уже есть выше.") % {"key": place})
        elif code and code not in known:
            faults.append(_("%(key)s: поставщика с этим кодом нет.") % {"key": place})
        standing = state.limits.get(code, {})
        found[code] = _judged(LIMITS, table, standing=standing, place=place, faults=faults)
    return found


def _shops(content: object, *, state: SetupState, faults: list[str]) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    served: dict[str, str] = {}
    for number, table in enumerate(_tables(content, place="shops", faults=faults), start=1):
        code = str(table.get("code", ""))
        place = f"shops[{code or number}]"
        if code in found:
            faults.append(_("%(key)s: договор с этим кодом уже есть выше.") % {"key": place})
        standing = state.shops.get(code, {})
        wanted = found[code] = _judged(SHOP, table, standing=standing, place=place, faults=faults)
        faults.extend(
            _("%(place)s.%(key)s: у действующего договора это не меняют. Заведите новый с другим кодом.")
            % {"place": place, "key": key}
            for key in SHOP_FIXED
            if standing and wanted.get(key) != standing.get(key)
        )
        for supplier in wanted.get("suppliers", "").split(", "):
            if supplier and served.setdefault(supplier, code) != code:
                faults.append(
                    _("%(place)s.suppliers: %(code)s уже у другого договора.")
                    % {"place": place, "code": supplier}
                )
    return found


def _members(content: object, *, faults: list[str]) -> tuple[Mapping[str, str], ...]:
    return tuple(
        _judged(MEMBER, table, standing={}, place=f"staff[{number}]", faults=faults)
        for number, table in enumerate(_tables(content, place="staff", faults=faults), start=1)
    )


def _judged(
    fields: Sequence[Field],
    table: Mapping[str, Any],
    *,
    standing: Mapping[str, str],
    place: str,
    faults: list[str],
) -> dict[str, str]:
    """The section's answers: given ones judged, missing ones as they stand, else the usual ones."""
    known = [field.key for field in fields]
    faults.extend(
        _("%(place)s.%(key)s: такого ключа нет. Есть: %(known)s.")
        % {"place": place, "key": key, "known": ", ".join(known)}
        for key in table
        if key not in known
    )
    found: dict[str, str] = dict(standing)
    for field in fields:
        try:
            found[field.key] = judged(field, _text(table.get(field.key)), found, standing=standing)
        except AnswerFault as fault:
            faults.append(f"{place}.{field.key}: {fault}")
    return found


def judged(field: Field, given: str | None, beside: Answers, *, standing: Answers) -> str:
    """One answer in its canonical form. :raises AnswerFault: it is missing, or cannot be right"""
    if given is None:
        given = standing.get(field.key) or field.usual(beside)
    if not given.strip():
        if field.required(beside) if callable(field.required) else field.required:
            raise AnswerFault(_("Ответ нужен. %(question)s?") % {"question": field.question})
        return ""
    # What stands was judged when it came, perhaps by another version: it may stay.
    same = given == standing.get(field.key) and all(
        beside.get(key) == standing.get(key) for key in _JUDGED_WITH.get(field.key, ())
    )
    return given if same else field.judge(given, beside)


#: Answers that are right only beside another one.
_JUDGED_WITH = {"account": ("bic",), "correspondent_account": ("bic",)}


def _text(value: object) -> str | None:
    """A value of the file as it would be typed. :raises AnswerFault: a kind of value nobody types"""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | date | time | dict):
        raise AnswerFault(_("Здесь нужен текст в кавычках."))
    if isinstance(value, list):
        return ", ".join(_text(one) or "" for one in value)
    return str(value)


def _agreements(content: object, *, folder: Path, faults: list[str]) -> dict[AgreementKind, Text]:
    table = _table(content, place="agreements", faults=faults)
    found: dict[AgreementKind, Text] = {}
    for key, name in table.items():
        place = f"agreements.{key}"
        if key not in AGREEMENTS:
            known = ", ".join(AGREEMENTS)
            faults.append(_("%(key)s: такого ключа нет. Есть: %(known)s.") % {"key": place, "known": known})
            continue
        try:
            found[AgreementKind(key)] = _dated_text(name, folder=folder)
        except AnswerFault as fault:
            faults.append(f"{place}: {fault}")
    return found


def _dated_text(content: object, *, folder: Path) -> Text:
    """``"terms.md"``, or with the day it holds from: ``{file = "terms.md", from = 2026-12-10}``."""
    if not isinstance(content, dict):
        return text_of(folder / str(content))
    day = content.get("from")
    # A moment is a date too, and no day.
    if set(content) != {"file", "from"} or type(day) is not date:
        raise AnswerFault(_('Здесь нужно {{file = "terms.md", from = 2026-12-10}}.').format())
    return replace(text_of(folder / str(content["file"])), day=day)


def text_of(path: Path) -> Text:
    """A text to agree to: «# Title» on the first line, then the body. :raises AnswerFault:"""
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise AnswerFault(_("Файл %(path)s не читается как текст UTF-8.") % {"path": path}) from None
    first, _end, body = content.strip().partition("\n")
    if not first.startswith("# ") or not body.strip() or len(first) > 200:
        raise AnswerFault(
            _("В файле %(path)s первая строка — заголовок «# …», за ней текст.") % {"path": path}
        )
    return Text(first[2:].strip(), body.strip())
