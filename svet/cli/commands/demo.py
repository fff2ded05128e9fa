"""``svet demo``: everything in the foreground."""

from __future__ import annotations

import os
import signal

import click

from svet.config.privileges import die_with_parent
from svet.launcher.demo import run_demo


@click.command("demo")
@click.option("--port", default=8000, show_default=True, help="where the pages listen")
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option("--data", default=None, help="the folder of this installation  [default: .svet]")
def demo_command(port: int, host: str, data: str | None) -> None:
    """Start the database, the pages, the jobs, the outer world and the sample town."""
    if "MAKELEVEL" in os.environ:
        # `make demo` is killed as make: without this the demo would stay behind, and hold its folder.
        die_with_parent(signal.SIGTERM)
    run_demo(host=host, port=port, data=data, say=click.echo)
