"""Where packages come from is pip's to know: uv is told the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy import environment


def test_an_installation_without_any_configuration_tells_uv_nothing() -> None:
    assert environment.sources("") == {}
    assert environment.sources(":env:.disable-pip-version-check='1'\n") == {}


def test_indexes_folders_and_certificates_are_told_in_the_words_of_uv() -> None:
    told = "\n".join(
        (
            "global.extra-" + "index-url='https://one.example/simple https://two.example/simple'",
            "global.index-url='https://mirror.example/simple'",
            "global.cert='/etc/ssl/mirror.pem'",
            "install.find-" + r"links='/srv/wheels\n/srv/more'",
            "global.constraint='/etc/constraints.txt'",
            "install.trusted-host='mirror.example'",
        )
    )
    assert environment.sources(told) == {
        "UV_EXTRA_INDEX_URL": "https://one.example/simple https://two.example/simple",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "SSL_CERT_FILE": "/etc/ssl/mirror.pem",
        "UV_FIND_LINKS": "/srv/wheels /srv/more",
        "UV_INSECURE_HOST": "mirror.example",
    }


def test_what_the_environment_says_counts_wherever_it_is_told() -> None:
    file, own = "global.index-url='https://file.example'", ":env:.index-url='https://own.example'"
    for told in (f"{file}\n{own}", f"{own}\n{file}"):
        assert environment.sources(told) == {"UV_DEFAULT_INDEX": "https://own.example"}


@pytest.mark.parametrize("quick", [0, 1])
def test_what_uv_cannot_do_is_left_to_pip(quick: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def run(words: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        ran.append(" ".join(map(str, words)))
        return subprocess.CompletedProcess(words, quick if "uv" in words else 0, stdout="")

    monkeypatch.setattr("deploy.environment.subprocess.run", run)
    assert environment.install(["a.txt", "b.txt"]) == 0
    config, by_uv, *by_pip = ran
    assert config.endswith("pip --disable-pip-version-check config list")
    assert "--require-hashes" in by_uv
    assert by_uv.endswith("-r a.txt -r b.txt")
    assert len(by_pip) == quick
    assert all("--require-hashes -r a.txt -r b.txt" in each for each in by_pip)


def test_nothing_but_what_a_hash_names_is_installed(tmp_path: Path) -> None:
    """Neither program takes a package whose file is another one, and the fault is told."""
    wanted = tmp_path / "wanted.txt"
    wanted.write_text(f"no-such-package-of-svet==1.0 --hash=sha256:{'0' * 64}\n", "utf-8")
    words = [sys.executable, str(Path(environment.__file__)), str(wanted)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={"PIP_NO_INDEX": "1"})
    assert done.returncode != 0
    assert "no-such-package-of-svet" in done.stderr
