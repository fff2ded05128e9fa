"""``python -m svet.sandbox.world``: the same as ``svet sandbox``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from svet.sandbox.world.process import HTTP_PORT, SMPP_PORT, SMTP_PORT, CannotStart, WorldPorts, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options and run; the exit code is 1 when the world cannot start."""
    parser = argparse.ArgumentParser(
        prog="svet sandbox", description="The outer world of the demo: bank, SMS centre and mail server."
    )
    parser.add_argument("--data", type=Path, default=Path(".svet"), help="where the journal is kept")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--http-port", type=int, default=HTTP_PORT, help="bank and control pages")
    parser.add_argument("--smpp-port", type=int, default=SMPP_PORT, help="SMS centre (SMPP 3.4)")
    parser.add_argument("--smtp-port", type=int, default=SMTP_PORT, help="mail server")
    parser.add_argument("--callback-url", default="", help="where the bank reports payments")
    parser.add_argument(
        "--shop-callback-url", nargs=2, action="append", default=[], metavar=("SHOP", "URL"),
        help="where the bank reports the payments of one shop; may be repeated",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        run(
            data=options.data,
            host=options.host,
            ports=WorldPorts(http=options.http_port, smpp=options.smpp_port, smtp=options.smtp_port),
            callback_url=options.callback_url,
            callback_urls=dict(options.shop_callback_url),
            ready=_say,
        )
    except CannotStart as failure:
        sys.stderr.write(f"svet sandbox: {failure}\n")
        return 1
    return 0


def _say(ports: WorldPorts) -> None:
    sys.stdout.write(f"The outer world is ready: HTTP {ports.http}, SMPP {ports.smpp}, SMTP {ports.smtp}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
