"""``svet web``, ``svet worker``, ``svet sandbox`` and ``svet town``: the processes of an installation."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click

from svet.config.failures import Failure
from svet.config.webserver import web_server_words
from svet.launcher.embedded import database, django_ready
from svet.launcher.processes import Stopped, stopping_by_signal


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option("--port", default=8000, show_default=True, help="the port to listen on")
@click.option("--workers", default=2, show_default=True, help="processes; about one per core")
@click.option("--patience", default=10, show_default=True, help="seconds a worker gets to finish on a stop")
@click.option("--drain", default=0, show_default=True,
              help="seconds it still serves on a stop while /ready/ says 503 to the balancer")  # fmt: skip
def web_command(host: str, port: int, workers: int, patience: int, drain: int) -> None:
    """Serve the pages; refuses to start with settings that are unsafe in production."""
    with database() as folder:
        _refuse_unsafe()
        os.environ.setdefault("SVET_DATABASE_POOL", os.environ.get("SVET_WEB_THREADS") or "4")
        words = web_server_words(host=host, port=port, workers=workers, patience=patience)
        sign = folder / "run" / f"draining-{port}"
        sign.unlink(missing_ok=True)
        os.environ["SVET_DRAINING"] = str(sign)
        try:
            _run_until_stopped([sys.executable, *words], patience=patience, drain=drain, sign=sign)
        finally:
            sign.unlink(missing_ok=True)


@click.command("worker")
@click.option("--queue", "queues", multiple=True, help="only these queues")
@click.option("--concurrency", default=4, show_default=True, help="jobs at the same time")
@click.option("--patience", default=2.0, show_default=True, help="seconds a job gets to finish on a stop")
@click.option("--metrics-port", type=click.IntRange(1, 65_535), help="tell Prometheus of the jobs there")
@click.option("--metrics-host", default="127.0.0.1", show_default=True, help="the address of that port")
def worker_command(
    queues: tuple[str, ...], concurrency: int, patience: float, metrics_port: int | None, metrics_host: str
) -> None:
    """Do the background jobs until stopped."""
    with database():
        django_ready()
        from svet.config.front.traces import start_traces
        from svet.config.jobs.worker import run_worker

        if metrics_port:
            _tell_prometheus(metrics_host, metrics_port)
        start_traces("worker")
        run_worker(queues=queues, concurrency=concurrency, patience=patience)


@click.command("sandbox", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def sandbox_command(words: tuple[str, ...]) -> None:
    """Run the outer world of the demo in its own process and with its own journal."""
    from svet.sandbox.world.__main__ import main

    sys.exit(main(words))


@click.command("town")
def town_command() -> None:
    """Build the sample town, or go on where a stopped run left off."""
    with database(), stopping_by_signal():
        django_ready()
        from svet.cli.town import build_town

        try:
            build_town(say=click.echo)
        except Stopped:
            sys.exit(1)


def _tell_prometheus(host: str, port: int) -> None:
    """Tell of this process's jobs at a port of their own. :raises Failure: it is taken"""
    from prometheus_client import start_http_server

    try:
        start_http_server(port, addr=host)
    except OSError as fault:
        raise Failure(f"metrics cannot be served at {host}:{port}: {fault.strerror}") from None


def _refuse_unsafe() -> None:
    """Before granian starts: its workers would refuse too, but not in one clear line."""
    if os.environ.get("SVET_ENV") != "production":
        return
    django_ready()
    from svet.config.checks import refuse_unsafe

    refuse_unsafe()


def _run_until_stopped(words: list[str], *, patience: int, drain: int, sign: Path) -> None:
    with subprocess.Popen(words) as process, stopping_by_signal():
        try:
            code = process.wait()
        except Stopped:
            sign.touch()
            with suppress(subprocess.TimeoutExpired):
                process.wait(drain)
            process.terminate()
            try:
                process.wait(patience + 2)
            except subprocess.TimeoutExpired:
                process.kill()
            return
    if code:
        sys.exit(code)
