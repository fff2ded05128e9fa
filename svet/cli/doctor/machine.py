"""What the machine gives: the database and its tables, files, the worker, the disk, the servers outside."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import run_checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.cli.doctor.findings import Finding, Findings, Health
from svet.config.jobs.print_files import old_print_files
from svet.files.operations import try_scanner
from svet.files.rules import OLD_SIGNATURES
from svet.look.formats import day
from svet.people.operations.rekeying import keys_of_factors
from svet.site.queries import database_hold, last_care
from svet.site.rules import Care
from svet.webhooks.operations.rekeying import rekey_webhooks

#: A worker that has said nothing for so long does nothing.
SILENT = timedelta(seconds=60)
LATE = timedelta(minutes=10)
#: Somebody waits before a page for these jobs.
HURRIED_LATE = timedelta(seconds=15)
PATIENCE = 3.0
LITTLE = 2 * 2**30
_FEW = 200

_QUEUE = """
SELECT
    (SELECT max(last_heartbeat) FROM procrastinate_workers),
    (SELECT min(coalesce(j.scheduled_at, e.at)) FROM procrastinate_jobs j
     LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
     WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())),
    (SELECT min(coalesce(j.scheduled_at, e.at)) FROM procrastinate_jobs j
     LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
     WHERE j.status = 'todo' AND j.priority >= 100 AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())),
    (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
    now()
"""


def has_tables() -> bool:
    """Whether every migration of this version has been made."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def look_at_database(*, now: datetime) -> Findings:
    """Its version of Svet, and its clock."""
    if not has_tables():
        yield Finding(Health.ILL, _("База данных"), _("Таблицы не этой версии Света."), "svet migrate")
        return
    yield Finding(Health.WELL, _("База данных"), _("Отвечает, таблицы этой версии."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT now(), current_setting('transaction_read_only') = 'on'")
        there, only_read = cursor.fetchone()
    if only_read:
        # A server that lost its place to another one, or whose disk is nearly full.
        said = _("Отвечает, но ничего не принимает: она только для чтения.")
        yield Finding(Health.ILL, _("База данных"), said, "SVET_DATABASE_URL")
    apart = abs((there - now).total_seconds())
    if apart > 30:
        said = _("Часы базы и этой машины расходятся на {seconds} с.").format(seconds=round(apart))
        yield Finding(Health.ILL, _("Часы"), said, "NTP")


def look_at_settings() -> Findings:
    """What production refuses, and whether the style sheets have been collected."""
    faults = list(run_checks(tags=["svet"]))
    for fault in faults:
        yield Finding(Health.ILL, _("Настройки"), f"{fault.msg} ({fault.id})", "docs/operations.md")
    if not faults:
        yield Finding(Health.WELL, _("Настройки"), _("Небезопасных нет."))
    hashed = getattr(staticfiles_storage, "hashed_files", None)
    if hashed is not None and not hashed and settings.ENV != "test":
        yield Finding(Health.ILL, _("Файлы страниц"), _("Стили и скрипты не собраны."), "svet build")


def look_at_keys() -> Findings:
    """Whether second factors can be opened, and whether former keys are still needed."""
    # With one key a look at the oldest tells enough: they lie there since before any change of it.
    found = keys_of_factors(most=None if settings.SECRET_KEY_FALLBACKS else _FEW)
    _present, retired, lost = rekey_webhooks(write=False)
    if retired or lost:
        said = _("Секреты сообщений программам не под нынешним ключом: {count}.").format(count=retired + lost)
        yield Finding(Health.ILL if lost else Health.SOON, _("Ключи"), said, "svet rekey")
    if found.lost:
        said = _("Вторые факторы, закрытые ключом, которого больше нет: {count}.").format(count=found.lost)
        yield Finding(Health.ILL, _("Ключи"), said, "SVET_SECRET_KEY_FALLBACKS")
    elif found.retired:
        said = _("Вторые факторы под прежним ключом: {count}.").format(count=found.retired)
        yield Finding(Health.SOON, _("Ключи"), said, "svet rekey")
    else:
        yield Finding(Health.WELL, _("Ключи"), _("Вторые факторы под нынешним ключом."))


def look_at_worker(*, now: datetime) -> Findings:
    """Whether somebody does the jobs, and how late they are."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE)
        heard, oldest, payer, failed, there = cursor.fetchone()
    if heard is None or there - heard > SILENT:
        yield Finding(
            Health.ILL, _("Фоновые работы"), _("Никто их не делает: письма и платежи стоят."), "svet worker"
        )
    else:
        yield Finding(Health.WELL, _("Фоновые работы"), _("Исполнитель на месте."))
    if payer is not None and there - payer > HURRIED_LATE:
        seconds = round((there - payer).total_seconds())
        said = _("Тот, кто платит, ждёт {seconds} с: дороги в банк нет.").format(seconds=seconds)
        yield Finding(Health.ILL, _("Фоновые работы"), said, "svet worker --queue hurried")
    if oldest is not None and there - oldest > LATE:
        minutes = round((there - oldest).total_seconds() / 60)
        said = _("Самая старая ждёт {minutes} мин.").format(minutes=minutes)
        yield Finding(Health.SOON, _("Фоновые работы"), said, "svet worker")
    if failed:
        said = ngettext("%(count)s не удалась.", "%(count)s не удались.", failed) % {"count": failed}
        yield Finding(Health.SOON, _("Фоновые работы"), said, "/staff/state/")


def look_at_care(*, now: datetime) -> Findings:
    """Whether this database may speak at all; when it was last backed up, proved, restored for a trial."""
    if database_hold() is not None:
        said = _("Эта база восстановлена или скопирована и ничего не отправляет: svet resume.")
        yield Finding(Health.ILL, _("База данных"), said, "svet resume")
    known = last_care()
    for care, what, days, advice in (
        (Care.BACKUP, _("Резервная копия"), 2, "svet backup --to FOLDER"),
        (Care.VERIFY, _("Проверка обещаний"), 2, "svet verify --since"),
        (Care.DRILL, _("Учебное восстановление"), 14, "svet drill FOLDER"),
    ):
        last = known.get(care)
        if last is None:
            yield Finding(Health.SOON, what, _("Ещё не было."), advice)
        elif not last.well:
            yield Finding(Health.ILL, what, _("Не удалась: {words}").format(words=last.words or "—"), advice)
        elif now - (last.well_at or last.at) > timedelta(days=days):
            yield Finding(Health.SOON, what, _("Последняя: {day}.").format(day=day(last.at.date())), advice)
        else:
            yield Finding(Health.WELL, what, _("Последняя: {day}.").format(day=day(last.at.date())))


def look_at_disk() -> Findings:
    """Room beside the data of this machine."""
    free = shutil.disk_usage(Path(settings.DATA)).free
    said = _("Свободно {gigabytes} ГБ.").format(gigabytes=round(free / 2**30, 1))
    yield Finding(Health.ILL if free < LITTLE else Health.WELL, _("Диск"), said)


def look_at_print_files(*, now: datetime) -> Findings:
    """Whether files for the print house lie here past their term: this machine's worker deletes them."""
    days = settings.KEEP_PRINT_DAYS
    # A night and a day more: the worker forgets nightly.
    if days and (old := old_print_files(before=now - timedelta(days=days + 2))):
        said = _("Файлов, которые лежат здесь дольше своего срока: {count}.").format(count=old)
        yield Finding(Health.SOON, _("Печать счетов"), said, "svet worker")


def look_outside() -> Findings:
    """Whether the servers of mail, messages and the bank can be reached from here; nothing is sent."""
    for what, host, port in _outside():
        try:
            with closing(socket.create_connection((host, port), timeout=PATIENCE)):
                pass
        except OSError as fault:
            said = _("{place} не отвечает: {fault}").format(
                place=f"{host}:{port}", fault=fault.strerror or type(fault).__name__
            )
            yield Finding(Health.ILL, what, said)
        else:
            yield Finding(Health.WELL, what, _("{place} отвечает.").format(place=f"{host}:{port}"))


def look_at_scanner(*, now: datetime) -> Findings:
    """Whether the scanner of files answers, knows the test file and is up to date, where one is named."""
    scanner = try_scanner()
    if scanner is None:
        return
    what = _("Антивирус")
    if not scanner.answers:
        said = _("{place} не отвечает: файлы не принимаются.").format(place=settings.CLAMD_URL)
        yield Finding(Health.ILL, what, said, _("запустите clamav-daemon или проверьте SVET_CLAMD_URL"))
    elif not scanner.knows_test_file:
        said = _("Не узнал проверочный файл EICAR: вредоносное он тоже пропустит.")
        yield Finding(Health.ILL, what, said, _("загрузите базы: freshclam"))
    elif scanner.signed_on is not None and timezone.localdate(now) - scanner.signed_on > OLD_SIGNATURES:
        said = _("Базы от {day}: новое вредоносное он не узнает.").format(day=day(scanner.signed_on))
        yield Finding(Health.SOON, what, said, _("проверьте службу clamav-freshclam"))
    else:
        yield Finding(Health.WELL, what, _("Проверяет файлы, проверочный узнал."))


def _outside() -> Iterator[tuple[str, str, int]]:
    yield _("Почта"), settings.EMAIL_HOST, settings.EMAIL_PORT
    addresses = [(_("СМС"), settings.SMS_URL), (_("СМС, запасной путь"), settings.SMS_FALLBACK_URL)]
    addresses.append((_("Банк"), settings.ACQUIRING_URL))
    addresses.append((_("Мессенджер"), settings.MESSENGER_URL))
    for what, address in addresses:
        parts = urlsplit(address)
        if parts.hostname:
            secure = parts.scheme.endswith("https") or parts.scheme == "max"
            yield what, parts.hostname, parts.port or (443 if secure else 80)
