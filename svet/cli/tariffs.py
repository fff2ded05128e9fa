"""Tariff files and tables as the command line tells of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from svet.billing import operations
from svet.billing import tariff_texts as in_use
from svet.cli.refusal_text import in_words
from svet.config.failures import Failure
from svet.kernel.actors import Actor
from svet.tariffs import queries
from svet.tariffs import texts as words
from svet.tariffs.operations.loading import file_bytes
from svet.tariffs.rules.tariff_diff import differences
from svet.tariffs.rules.tariff_ends import closed
from svet.tariffs.rules.tariff_file import RowLack, TariffFileRefused, TariffLine, parse
from svet.tariffs.texts import explain_row

Say = Callable[..., None]


def load_file(file: Path, *, now: datetime, only_check: bool, say: Say) -> bool:
    """Load a file or only look at it; says whether its publication is complete. :raises Failure: refused"""
    with _faults(say):
        report = operations.load_tariffs(file=file, now=now, only_check=only_check)
    _tell_lacks(report.lacks, say)
    say(in_use.checked(report) if only_check else in_use.loaded(report))
    return not report.lacks


def correct_file(file: Path, *, document: str, author: str, now: datetime, dry_run: bool, say: Say) -> None:
    """Correct loaded prices and list the months to be charged anew. :raises Failure: refused"""
    with _faults(say):
        report = operations.correct_tariffs(
            file=file, document=document, by=Actor.system(author[:100]), now=now, only_check=dry_run
        )
    _tell_lacks(report.lacks, say)
    say(in_use.corrected(report, applied=not dry_run))
    if report.gone or report.brought:
        for line in in_use.concerned(report.months):
            say(line)


def compare(before: Path, after: Path | None, *, say: Say) -> bool:
    """Tell where two files differ, or a file and the loaded tables it speaks of.

    :raises Failure: a file cannot be read
    """
    with _faults(say):
        first = _lines(before)
        second = None if after is None else _lines(after)
    if second is None:
        loaded = queries.loaded_lines(sorted({line.region for line in first}))
        # A file of one group, or of the next year, says nothing of all the others.
        spoken = {(line.region, line.group_code, line.valid_from) for line in first}
        said = [line for line in loaded if (line.region, line.group_code, line.valid_from) in spoken]
        changes = differences(said, closed(first, loaded))
    else:
        changes = differences(closed(first, []), closed(second, []))
    for change in changes:
        say(words.changed(change))
    if not changes:
        say(words.same())
    return not changes


def close_group(group: str, *, last: date, region: str, author: str, now: datetime, say: Say) -> None:
    """Give a group's open table its last day. :raises Failure: there is none, or several regions have one"""
    having = [each for each in queries.regions() if group in queries.group_codes(each)]
    if region:
        having = [each for each in having if each == region]
    if len(having) > 1:
        raise Failure(
            _("Группа {group} есть в нескольких регионах: {regions}. Укажите --region.").format(
                group=group, regions=", ".join(having)
            )
        )
    if not having:
        raise Failure(_("Группы {group} нет среди загруженных тарифов.").format(group=group))
    try:
        rows = operations.close_table(
            region=having[0], group=group, last=last, now=now, by=Actor.system(author[:100])
        )
    except TariffFileRefused as refused:
        raise Failure(words.not_closed(refused.errors[0])) from None
    say(words.closed(group, last=last, rows=rows))


def show_tables(*, region: str, group: str, on: date | None, replaced: bool, say: Say) -> bool:
    """List loaded tables, those of one group with their prices; says whether there is any."""
    tables = queries.tariff_tables(region=region, group=group, on=on, replaced=replaced)
    for table in tables:
        say(words.table(table))
        if group:
            for row in table.rows:
                say(f"  {words.price(row)}")
    if not tables:
        say(_("Таких тарифов не загружено."))
    return bool(tables)


def _lines(file: Path) -> list[TariffLine]:
    return parse(file_bytes(file))


def _tell_lacks(lacks: Sequence[RowLack], say: Say) -> None:
    for lack in lacks:
        say(words.explain_lack(lack))
    if lacks:
        say(words.lacking(lacks))


@contextlib.contextmanager
def _faults(say: Say) -> Iterator[None]:
    """Tell every fault of a file, then fail with the sentence about the whole. :raises Failure:"""
    with in_words():
        try:
            yield
        except TariffFileRefused as refused:
            for error in refused.errors:
                say(explain_row(error), err=True)
            raise
