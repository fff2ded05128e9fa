"""Every alert of docs/alerts.yml is raised by what it is for, and by nothing less: promtool judges."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests import promtool

RULES = Path(__file__).resolve().parents[5] / "docs" / "alerts.yml"
ROOM = 2 * 1024**3
#: An installation that is well, as Prometheus reads it every minute.
WELL = {
    'up{job="svet"}': "1+0x200",
    'up{job="svet-worker"}': "1+0x200",
    "svet_database_up": "1+0x200",
    'svet_request_seconds_count{face="cabinet",status="2xx"}': "0+6000x200",
    'svet_request_seconds_bucket{face="cabinet",status="2xx",le="1.0"}': "0+6000x200",
    'svet_request_seconds_bucket{face="cabinet",status="2xx",le="2.5"}': "0+6000x200",
    'svet_request_seconds_bucket{face="cabinet",status="2xx",le="+Inf"}': "0+6000x200",
    "svet_worker_silence_seconds": "15+0x200",
    'svet_care_age_seconds{care="verify"}': "3600+60x200",
    'svet_care_well{care="verify"}': "1+0x200",
    'svet_care_age_seconds{care="backup"}': "3600+60x200",
    'svet_care_age_seconds{care="drill"}': "3600+60x200",
    'svet_care_well_age_seconds{care="drill"}': "3600+60x200",
    'svet_care_well{care="drill"}': "1+0x200",
    "svet_disk_free_bytes": f"{ROOM}+0x200",
    'svet_database_connections{state="active"}': "15+0x200",
    'svet_database_connections{state="idle"}': "70+0x200",
    "svet_database_connections_most": "100+0x200",
    "svet_database_held": "0+0x200",
}
#: Of each alert: what tells of it, the last value that is borne, and the first that is not.
RAISED = {
    "SvetMachineSilent": ('up{job="svet"}', "1+0x200", "0+0x200"),
    "SvetDatabaseDown": ("svet_database_up", "1+0x200", "0+0x200"),
    "SvetPagesRefused": (
        'svet_request_seconds_count{face="cabinet",status="503"}', "0+120x200", "0+130x200"
    ),
    "SvetPagesFail": ('svet_request_seconds_count{face="staff",status="5xx"}', "0+3x200", "0+4x200"),
    "SvetPagesSlow": (
        'svet_request_seconds_bucket{face="cabinet",status="2xx",le="1.0"}', "0+5701x200", "0+5690x200"
    ),
    "SvetNobodyWorks": ("svet_worker_silence_seconds", "120+0x200", "121+0x200"),
    "SvetQueueLate": ("svet_queue_age_seconds", "600+0x200", "601+0x200"),
    "SvetJobsFailed": ("svet_jobs_failed", "0+0x200", "1+0x200"),
    "SvetBankSilent": ('svet_bank_silence_seconds{shop="main"}', "300+0x200", "301+0x200"),
    "SvetOrderUnanswered": ('svet_bank_unanswered_seconds{shop="main"}', "900+0x200", "901+0x200"),
    "SvetTillSilent": ('svet_till_silence_seconds{till="main"}', "900+0x200", "901+0x200"),
    "SvetReceiptsLate": ('svet_receipts{state="late"}', "0+0x200", "1+0x200"),
    "SvetMessagesLate": ('svet_messages_late_seconds{channel="sms"}', "600+0x200", "601+0x200"),
    "SvetMessagesFail": ('svet_messages_failed_day{channel="sms"}', "100+0x200", "101+0x200"),
    "SvetPromiseBroken": ('svet_care_well{care="verify"}', "1+0x200", "0+0x200"),
    "SvetNotVerified": ('svet_care_age_seconds{care="verify"}', "129600+0x200", "129601+0x200"),
    "SvetNoBackup": ('svet_care_age_seconds{care="backup"}', "108000+0x200", "108001+0x200"),
    "SvetNoDrill": ('svet_care_well_age_seconds{care="drill"}', "1209600+0x200", "1209601+0x200"),
    "SvetDrillFailed": ('svet_care_well{care="drill"}', "1+0x200", "0+0x200"),
    "SvetDiskFull": ("svet_disk_free_bytes", f"{ROOM}+0x200", f"{ROOM - 1}+0x200"),
    "SvetConnectionsFull": ('svet_database_connections{state="idle"}', "70+0x200", "71+0x200"),
    "SvetIsACopy": ("svet_database_held", "0+0x200", "1+0x200"),
}  # fmt: skip
#: Told by nobody, it is as bad as told late.
NEVER = {
    "SvetNobodyWorks": "svet_worker_silence_seconds",
    "SvetNotVerified": 'svet_care_age_seconds{care="verify"}',
    "SvetNoBackup": 'svet_care_age_seconds{care="backup"}',
    "SvetNoDrill": 'svet_care_well_age_seconds{care="drill"}',
}


def case(name: str, series: dict[str, str], *, raised: set[str]) -> dict[str, object]:
    """A life of two hours, and every alert that is raised at its end."""
    told = [{"labels": f'{{alertname="{each}"}}', "value": 1} for each in sorted(raised)]
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": "2h",
                "exp_samples": told,
            }
        ],
    }


def lived(folder: Path, cases: list[dict[str, object]]) -> tuple[int, str]:
    file = folder / "test.yml"
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "5m", "tests": cases}))
    return promtool.judged("test", "rules", str(file))


def test_the_rules_are_rules() -> None:
    failed, said = promtool.judged("check", "rules", str(RULES))
    assert not failed, said


def test_each_alert_is_raised_by_what_it_is_for_and_by_nothing_less(tmp_path: Path) -> None:
    borne = {series: values for series, values, _ in RAISED.values()}
    cases = [case("all that is borne at once", WELL | borne, raised=set())]
    for name, (series, _, bad) in RAISED.items():
        cases.append(case(name, WELL | {series: bad}, raised={name}))
    for name, series in NEVER.items():
        without = {each: values for each, values in WELL.items() if each != series}
        cases.append(case(f"{name}, never told", without, raised={name}))
    failed, said = lived(tmp_path, cases)
    assert not failed, said


def test_no_alert_is_without_its_case() -> None:
    written = yaml.safe_load(RULES.read_text("utf-8"))
    assert {rule["alert"] for group in written["groups"] for rule in group["rules"]} == set(RAISED)


@pytest.mark.parametrize("borne", [True, False])
def test_a_judge_that_always_agrees_would_be_noticed(tmp_path: Path, borne: bool) -> None:
    failed, _ = lived(tmp_path, [case("well", WELL, raised=set() if borne else {"SvetIsACopy"})])
    assert bool(failed) is not borne
