"""``svet shots``: a demo of its own, photographed page by page."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import click

from svet.config.failures import Failure
from svet.launcher.processes import ROOT


@click.command("shots")
@click.option("--url", default="", help="a running Svet  [default: a demo started for the pictures]")
@click.option("--out", default="shots", show_default=True, help="the folder for the pictures")
@click.option(
    "--data", default=".svet-shots", show_default=True, help="the folder of the demo that is started"
)
@click.option("--pages", default="", help="parts of the pages' names or addresses, separated by commas")
@click.option("--width", "widths", type=int, multiple=True, help="px; may be repeated  [default: all three]")
def shots_command(url: str, out: str, data: str, pages: str, widths: tuple[int, ...]) -> None:
    """Take screenshots of every page at 360, 768 and 1440 px."""
    wanted = ["--out", out, "--pages", pages, *(["--widths", *map(str, widths)] if widths else [])]
    if url:
        _photograph(url, wanted)
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "svet", "demo", "--port", str(port), "--data", data]
    # Two pages stand behind a code to one phone: a person would have to wait a minute between them.
    wide = os.environ | {"SVET_LIMITS_FACTOR": "1000"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=wide) as demo:
        try:
            assert demo.stdout is not None
            if not any(line.startswith("Ready sign-ins") for line in demo.stdout):
                raise Failure("the demo ended before its town stood")
            _photograph(f"http://127.0.0.1:{port}", wanted)
        finally:
            demo.terminate()


def _photograph(url: str, wanted: list[str]) -> None:
    words = [sys.executable, "-m", "bench.face.shots", url, *wanted]
    if subprocess.run(words, cwd=ROOT, check=False).returncode:
        raise Failure("not every page could be photographed")
