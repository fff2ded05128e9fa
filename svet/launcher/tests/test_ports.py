"""Demos started in the same second never share a port, though nobody listens on it yet."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from dataclasses import astuple
from threading import Timer

import pytest

from svet.config.failures import Failure
from svet.launcher.ports import choose_ports
from svet.launcher.processes import _ending


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_two_demos_choose_ports_of_their_own() -> None:
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        one = choose_ports(host="127.0.0.1", port=free_port(), tidy=first)
        other = choose_ports(host="127.0.0.1", port=free_port(), tidy=second)
        assert not set(astuple(one)) & set(astuple(other))


def test_a_port_another_demo_is_about_to_open_is_taken() -> None:
    port = free_port()
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        choose_ports(host="127.0.0.1", port=port, tidy=first)
        with pytest.raises(Failure, match="is taken"):
            choose_ports(host="127.0.0.1", port=port, tidy=second)
    with contextlib.ExitStack() as third:
        assert choose_ports(host="127.0.0.1", port=port, tidy=third).web == port


def test_the_pages_and_the_outer_world_do_not_meet() -> None:
    with contextlib.ExitStack() as tidy:
        usual = choose_ports(host="127.0.0.1", port=free_port(), tidy=tidy).bank
    with contextlib.ExitStack() as tidy:
        ports = choose_ports(host="127.0.0.1", port=usual, tidy=tidy)
        assert ports.web == usual != ports.bank


def test_a_port_that_a_killed_run_is_leaving_is_waited_for_and_anothers_is_not_taken() -> None:
    for left, taken in ((0.3, False), (None, True)):
        with contextlib.ExitStack() as tidy, socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            held.listen()
            port = int(held.getsockname()[1])
            if left is not None:
                Timer(left, held.close).start()
            with pytest.raises(Failure, match="is taken") if taken else contextlib.nullcontext():
                assert choose_ports(host="127.0.0.1", port=port, tidy=tidy).web == port


def test_who_waits_to_be_collected_holds_nothing_any_more() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert _ending(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not _ending(process.pid)
    assert not _ending(process.pid)
