"""The files of the packages, as far as they can be judged without building any: cheap, in every run."""

from __future__ import annotations

import http.client
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from deploy import debian as package
from deploy import image, tree
from svet import __version__
from svet.cli.main import COMMANDS
from svet.config.variables import SECRETS, VARIABLES
from tests import debian
from tests.document.machines import HOSTS
from tests.document.steps import MACHINES, PEOPLE, steps
from tests.standing.installation import OPERATIONS, make_certificate

FILES = package.FILES
UNITS = [FILES / name for name in package.UNITS]
#: By `systemd-analyze security`, which weighs what an attacker in the process could do: 10 is everything.
EXPOSED_AT_MOST = 1.5


def program(name: str, *, of: str = "") -> str:
    """A program of Debian's, installed when it may be."""
    if shutil.which(name) is None:
        assert debian.install([of or name], needed_by="The tests of packages") == 0
    found = shutil.which(name)
    assert found is not None
    return found


def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | environment
    return subprocess.run(
        [str(each) for each in words], env=surroundings, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with our units and the command they start, for systemd to look at."""
    folder = tmp_path_factory.mktemp("units")
    units = folder / "etc/systemd/system"
    units.mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(unit, units)
    for name in ("usr/bin/svet", "etc/passwd", "etc/group"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(FILES / "svet", folder / "usr/bin/svet")
    # Debian's own that a unit calls.
    shutil.copy("/usr/bin/find", folder / "usr/bin/find")
    (folder / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\nsvet:x:900:900::/:/bin/sh\n")
    (folder / "etc/group").write_text("root:x:0:\nsvet:x:900:\n")
    return folder


def test_systemd_has_nothing_against_our_units(root: Path) -> None:
    names = [unit.name for unit in UNITS]
    done = run(program("systemd-analyze", of="systemd"), "verify", "--man=no", f"--root={root}", *names)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "svet" in line]
    # The root holds no other unit than ours; that those are not found says nothing of ours.
    assert [line for line in ours if "not found" not in line and "Failed to load" not in line] == []


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: str(unit.name)
)
def test_a_unit_leaves_an_attacker_little(root: Path, unit: Path) -> None:
    words = ["security", "--offline=true", f"--threshold={int(EXPOSED_AT_MOST * 10)}", f"--root={root}"]
    done = run(program("systemd-analyze", of="systemd"), *words, unit.name)
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found is not None, done.stderr
    assert float(found[1]) <= EXPOSED_AT_MOST


def test_the_programs_of_units_and_image_are_commands_of_ours() -> None:
    started = [
        word
        for unit in UNITS
        for word in re.findall(r"^ExecStart\w*=/usr/bin/svet (\w+)", unit.read_text(), re.M)
    ]
    assert sorted(started) == ["backup", "drill", "restore", "web", "worker"]
    assert {*started, image._COMMAND[0]} <= set(COMMANDS)


def test_the_file_of_settings_knows_only_real_ones() -> None:
    names = re.findall(r"^#?([A-Z_]+)=", (FILES / "svet.env").read_text("utf-8"), re.M)
    known = (
        {variable.name for variable in VARIABLES}
        | {f"{name}_FILE" for name in SECRETS}
        | {"SVET_WEB_OPTIONS"}
    )
    assert names
    assert set(names) <= known
    assert set(image._ENVIRONMENT) & {variable.name for variable in VARIABLES} <= known


def command(*, python: str, started: str = "-P -m svet", root: bool = False) -> str:
    """The package's command with another program in the place of its Python, for root or anybody else."""
    text = (FILES / "svet").read_text()
    for place, here in (
        ("/usr/lib/svet/bin/python", python),
        ("-P -m svet", started),
        ('"$(id -u)" = 0', f"{0 if root else 1} = 0"),
        ("setpriv --reuid=svet --regid=svet --init-groups", "env"),
    ):
        assert place in text
        text = text.replace(place, here)
    return text


def test_no_program_of_ours_runs_what_lies_in_the_folder_where_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "svet.py").write_text("print('a stranger')")
    starts = [image._ENTRY[1:]]
    for name in ("svet", "postinst"):
        found = re.search(r"/usr/lib/svet/bin/python (.*-m svet)", (FILES / name).read_text())
        assert found is not None
        starts.append(found[1].split())
    for words in starts:
        done = subprocess.run(
            [sys.executable, *words, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert "a stranger" not in done.stdout, words
    # Those they start themselves inherit it: the nightly proof, the drill.
    assert image._ENVIRONMENT["PYTHONSAFEPATH"] == "1"
    (tmp_path / "command").write_text(command(python="printenv", started="--"))
    done = run("/bin/sh", tmp_path / "command", "PYTHONSAFEPATH", SVET_ENVIRONMENT_FILE="/nonexistent")
    assert done.stdout == "1\n"


def test_static_files_are_collected_by_what_was_laid_out_and_not_by_the_folder_around(tmp_path: Path) -> None:
    laid = tmp_path / tree.SITE / "svet"
    laid.mkdir(parents=True)
    (laid / "__init__.py").touch()
    note = "import os, pathlib; pathlib.Path(os.environ['SVET_STATIC_ROOT']).write_text(__file__)"
    (laid / "__main__.py").write_text(note)
    tree._build(tmp_path)
    assert (tmp_path / tree.STATIC).read_text() == str(laid / "__main__.py")


def test_the_command_reads_its_file_literally_and_what_is_set_stays(tmp_path: Path) -> None:
    told = tmp_path / "settings"
    told.write_text(
        "# a comment\n\nSVET_A=two words $HOME `id` 'x'\nSVET_B=file\nnonsense\nBAD NAME=1\nSVET_C=a=b"
    )
    script = command(python="printenv", started="--")
    (tmp_path / "svet").write_text(script)
    for name, value in (("SVET_A", "two words $HOME `id` 'x'"), ("SVET_B", "given"), ("SVET_C", "a=b")):
        done = run("/bin/sh", tmp_path / "svet", name, SVET_ENVIRONMENT_FILE=str(told), SVET_B="given")
        assert (done.stdout, done.stderr) == (f"{value}\n", "")
    done = run("/bin/sh", tmp_path / "svet", "SVET_STATIC_ROOT", SVET_ENVIRONMENT_FILE="/nonexistent")
    assert done.stdout == f"/{tree.STATIC}\n"


def test_roots_home_is_not_that_of_the_user_svet(tmp_path: Path) -> None:
    (tmp_path / "svet").write_text(command(python="printenv", started="--", root=True))
    given = {"SVET_ENVIRONMENT_FILE": "/nonexistent", "HOME": "/root"}
    assert run("/bin/sh", tmp_path / "svet", "HOME", **given).stdout == "/var/lib/svet\n"
    (tmp_path / "svet").write_text(command(python="printenv", started="--"))
    assert run("/bin/sh", tmp_path / "svet", "HOME", **given).stdout == "/root\n"


@pytest.mark.parametrize("name", ["secret-key", "push-key"])
@pytest.mark.parametrize("glued", [False, True])
def test_root_writes_a_key_into_a_folder_of_roots_for_svet_to_read(
    tmp_path: Path, name: str, *, glued: bool
) -> None:
    script = command(python=sys.executable, root=True)
    assert "chgrp svet " in script
    (tmp_path / "svet").write_text(script.replace("chgrp svet ", f"chgrp {os.getgid()} "))
    key = tmp_path / "of root" / "key"
    key.parent.mkdir()
    words = [f"--out={key}"] if glued else ["--out", str(key)]
    given = {"SVET_ENVIRONMENT_FILE": "/nonexistent", "PYTHONPATH": str(tree.ROOT), "LC_ALL": "C.UTF-8"}
    done = run("/bin/sh", tmp_path / "svet", name, *words, **given)
    assert (done.returncode, done.stderr) == (0, "")
    made = key.read_text()
    assert made.strip()
    assert key.stat().st_mode & 0o777 == 0o640
    # A file that is there stays as it is, and so do its rights.
    key.chmod(0o600)
    done = run("/bin/sh", tmp_path / "svet", name, *words, **given)
    assert done.returncode == 1
    assert (key.read_text(), key.stat().st_mode & 0o777) == (made, 0o600)


def test_root_writes_no_key_where_others_could_put_something_in_its_place(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    os.chown(tmp_path, 65534, 65534)
    (tmp_path / "svet").write_text(command(python="printenv", started="HOME", root=True))
    words = ("secret-key", "--out", tmp_path / "key")
    done = run("/bin/sh", tmp_path / "svet", *words, SVET_ENVIRONMENT_FILE="/nonexistent")
    assert done.stdout == "/var/lib/svet\n"


def test_removing_the_package_stops_what_runs_and_an_upgrade_does_not(tmp_path: Path) -> None:
    assert "prerm" in package._SCRIPTS
    (tmp_path / "systemctl").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/called\nexit 1\n')
    (tmp_path / "systemctl").chmod(0o755)
    script = (FILES / "prerm").read_text().replace("/run/systemd/system", str(tmp_path))
    (tmp_path / "prerm").write_text(script)
    path = f"{tmp_path}:/usr/bin:/bin"
    assert run("/bin/sh", tmp_path / "prerm", "upgrade", "1.0", PATH=path).returncode == 0
    assert not (tmp_path / "called").exists()
    assert run("/bin/sh", tmp_path / "prerm", "remove", PATH=path).returncode == 0
    disabled, *stopped = (line.split() for line in (tmp_path / "called").read_text().splitlines())
    assert disabled[:2] == ["disable", "--now"]
    startable = {unit.name for unit in UNITS if "[Install]" in unit.read_text()}
    assert {name if "." in name else f"{name}.service" for name in disabled[2:]} == startable
    # A drill that runs would go on over files that are no longer there.
    assert stopped == [["stop", "svet-drill.service"]]


def test_no_drill_leaves_a_copy_of_the_database_nor_touches_what_is_in_use(tmp_path: Path) -> None:
    unit = (FILES / "svet-drill.service").read_text()
    # Without these lines all but the cache is read-only.
    assert re.findall(r"^(?:State|Cache|Logs|Configuration)Directory=(.*)$", unit, re.M) == ["svet-drill"]
    assert "ReadWritePaths" not in unit
    assert "ProtectSystem=strict" in unit
    cache = tmp_path / "svet-drill"
    (cache / "svet-drill-k1ll3d/data/pgdata").mkdir(parents=True)
    (after,) = re.findall(r"^ExecStopPost=(.*)$", unit, re.M)
    assert run(*after.replace("/var/cache/svet-drill", str(cache)).split()).returncode == 0
    assert list(cache.iterdir()) == []
    (tmp_path / "postrm").write_text((FILES / "postrm").read_text().replace("/var/cache", str(tmp_path)))
    assert run("/bin/sh", tmp_path / "postrm", "upgrade", "1.0").returncode == 0
    assert cache.exists()
    assert run("/bin/sh", tmp_path / "postrm", "remove").returncode == 0
    assert not cache.exists()


@pytest.mark.parametrize("name", ["svet", "postinst", "prerm", "postrm"])
def test_scripts_are_plain_shell(name: str) -> None:
    assert os.access(FILES / name, os.X_OK)
    done = run("/bin/sh", "-n", FILES / name)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_archive_of_the_same_files_is_the_same_to_the_bit(tmp_path: Path) -> None:
    files = {"index.json": b"{}", "blobs/sha256/b": b"two", "blobs/sha256/a": b"one"}
    made = []
    for number, names in enumerate((sorted(files), sorted(files, reverse=True))):
        unordered, archive = tmp_path / f"{number}.tar", tmp_path / f"{number}.oci.tar"
        with tarfile.open(unordered, "w") as packed:
            for name in names:
                member = tarfile.TarInfo(name)
                member.size, member.mtime, member.uid = len(files[name]), 1_000 + number, number
                packed.addfile(member, io.BytesIO(files[name]))
        image.put_in_order(unordered, archive)
        made.append(archive.read_bytes())
        with tarfile.open(archive) as packed:
            found = {each.name: packed.extractfile(each) for each in packed}
            assert {name: part.read() for name, part in found.items() if part} == files
    assert made[0] == made[1]


@pytest.mark.parametrize("python", ["3.11.2, as Debian has it", "a later one"])
def test_an_archive_is_laid_out_by_every_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    """``make packages`` runs in Debian's own Python, in which ``extractall`` has no argument ``filter``."""
    asked: list[dict[str, object]] = []

    def extractall(archive: tarfile.TarFile, path: Path, members: object = None, **more: object) -> None:
        asked.append(more)
        (path / "README.md").write_bytes(b"")

    monkeypatch.setattr(tarfile.TarFile, "extractall", extractall)
    if python.startswith("3.11.2"):
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    else:
        monkeypatch.setattr(tarfile, "data_filter", object(), raising=False)
    tree.export(tmp_path)
    assert asked == ([{}] if python.startswith("3.11.2") else [{"filter": "fully_trusted"}])


def test_haproxy_takes_the_documents_block(tmp_path: Path) -> None:
    text = package.examples(OPERATIONS)["haproxy.cfg"]
    make_certificate(tmp_path)
    (tmp_path / "both.pem").write_bytes(
        (tmp_path / "site.pem").read_bytes() + (tmp_path / "site.key").read_bytes()
    )
    place = "/etc/ssl/lk.retailer.example.both.pem"
    assert place in text
    (tmp_path / "haproxy.cfg").write_text(text.replace(place, str(tmp_path / "both.pem")))
    done = run(program("haproxy"), "-c", "-q", "-f", tmp_path / "haproxy.cfg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_haproxy_leads_nobody_on_whose_token_came_in_the_open(tmp_path: Path) -> None:
    text = package.examples(OPERATIONS)["haproxy.cfg"]
    plain = text.partition("frontend plain")[2].partition("frontend secure")[0]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    defaults = text.partition("defaults")[2].partition("frontend")[0]
    bound = plain.replace("bind :80", f"bind 127.0.0.1:{port}")
    (tmp_path / "haproxy.cfg").write_text(f"defaults{defaults}frontend plain{bound}")
    with subprocess.Popen([program("haproxy"), "-db", "-f", tmp_path / "haproxy.cfg"]) as haproxy:
        try:
            told = [answer(port, path) for path in ("/entrance/", "/api/v1/accounts", "/callbacks/tbank/")]
        finally:
            haproxy.terminate()
    assert told == [301, 403, 403]


def answer(port: int, path: str) -> int:
    """The status of an answer without TLS, from a server that may still be starting."""
    for _ in range(100):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", path, headers={"Host": "lk.retailer.example"})
            return line.getresponse().status
        except ConnectionRefusedError:
            time.sleep(0.05)
        finally:
            line.close()
    raise AssertionError("haproxy does not start")


def test_nginx_takes_the_documents_block(tmp_path: Path) -> None:
    text = package.examples(OPERATIONS)["nginx.conf"].replace(
        "/etc/ssl/lk.retailer.example", f"{tmp_path}/site"
    )
    make_certificate(tmp_path)
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}}}\n")
    done = run(program("nginx"), "-t", "-q", "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", "stderr")
    assert (done.returncode, done.stderr) == (0, "")


def test_compose_starts_commands_of_ours_with_secrets_from_files() -> None:
    text = (tree.ROOT / "docs" / "compose.yaml").read_text("utf-8")
    commands = re.findall(r"^    command: \[(\w+)", text, re.MULTILINE)
    assert sorted(commands) == ["web", "worker"]
    given = dict(re.findall(r"^    (SVET_\w+)_FILE: /run/secrets/(\w+)$", text, re.MULTILINE))
    assert set(given) <= SECRETS
    assert set(given.values()) == set(re.findall(r"^  (\w+): \{file: ", text, re.MULTILINE))
    assert "read_only: true" in text
    assert f"svet:{__version__}" in text


def test_the_document_can_be_carried_out() -> None:
    found = steps()
    assert [step.mark for step in found if step.mark in PEOPLE] == list(PEOPLE)
    assert {name for step in found for name in step.machines} == set(MACHINES)
    assert all(name in HOSTS for name in MACHINES)
    for step in found:
        assert run("bash", "-n", "-c", step.block).stderr == "", step.line
        # Whoever pastes all blocks into one shell of root's takes the rights of files from one to the next.
        loose = re.sub(r"^\($.*?^\)$", "", step.block, flags=re.DOTALL | re.MULTILINE)
        assert re.findall(r"^(?:umask\b.*|cd /)$", loose, re.MULTILINE) == [], step.line
    marked = OPERATIONS.count("```bash document") + OPERATIONS.count("<!-- document:")
    assert marked == len(found), "a step that nobody carries out"


@pytest.mark.parametrize("text", ["```bash document moon\ntrue\n```\n", "<!-- document: fly -->\n"])
def test_a_step_that_nobody_can_do_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        steps(text)
