"""Demos started in the same second never share a port, though nobody listens on it yet."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import astuple

import pytest

from svet.config.failures import Failure
from svet.launcher.ports import choose_ports


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
