"""camt.053.001.08 (ISO 20022, bank to customer statement), as СТО БР НПС-13.0 fills it for roubles.

The parser reads no DTD, resolves no entity and asks no network; a document with a DOCTYPE is refused whole.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from lxml import etree

from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.exchange.rules.statements.shape import (
    BadLine,
    FieldFault,
    Statement,
    StatementLine,
    is_account,
    kopecks_of,
    short,
)

FORM: Final = "camt.053"
NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
#: A tree takes many times the bytes of its file.
MAX_BYTES: Final = 20 * 1024 * 1024
_STARTS: Final = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<")
_NS: Final = {"c": NAMESPACE}


def looks_like(content: bytes) -> bool:
    """Whether the file is XML at all."""
    return content.lstrip().startswith(_STARTS)


def parse(content: bytes) -> list[Statement]:
    """Every statement of the file.

    :raises FileRefused: too large, damaged XML or one with a DOCTYPE, another message, no balances
    """
    if len(content) > MAX_BYTES:
        raise FileRefused(
            FileReason.TOO_LARGE, field="file", details={"megabytes": MAX_BYTES // 1024 // 1024}
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content.strip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise FileRefused(FileReason.XML, field="file") from None
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise FileRefused(FileReason.XML, field="file")
    if root.tag != f"{{{NAMESPACE}}}Document":
        raise FileRefused(FileReason.STATEMENT_UNKNOWN, field="file")
    return [_statement(one) for one in root.findall("c:BkToCstmrStmt/c:Stmt", _NS)]


def _statement(part: etree._Element) -> Statement:
    account = _text(part, "c:Acct/c:Id/c:Othr/c:Id") or _text(part, "c:Acct/c:Id/c:IBAN")
    try:
        balances = {_text(one, "c:Tp/c:CdOrPrtry/c:Cd"): _balance(one) for one in part.findall("c:Bal", _NS)}
        opening = balances["OPBD"] if "OPBD" in balances else balances["PRCD"]
        closing = balances["CLBD"]
    except (FieldFault, KeyError):
        opening = closing = (0, date.min)
        account = ""
    if not is_account(account):
        raise FileRefused(FileReason.BALANCE_UNREAD, field="file", details={"line": part.sourceline or 0})
    begins = _text(part, "c:FrToDt/c:FrDtTm")[:10]
    ends = _text(part, "c:FrToDt/c:ToDtTm")[:10]
    lines: list[StatementLine] = []
    faults: list[BadLine] = []
    for entry in part.findall("c:Ntry", _NS):
        if _text(entry, "c:Sts/c:Cd") not in ("BOOK", ""):
            continue
        try:
            lines += _lines(entry)
        except FieldFault as fault:
            faults.append(BadLine(entry.sourceline or 0, fault.column, fault.reason, _sum_or_none(entry)))
    days = [line.booked_on for line in lines]
    begins_on = _day_or(begins, min(days, default=opening[1]))
    ends_on = _day_or(ends, max(days, default=closing[1]))
    return Statement(FORM, account, begins_on, ends_on, opening[0], closing[0], tuple(lines), tuple(faults))


def _text(part: etree._Element, path: str) -> str:
    return (part.findtext(path, default="", namespaces=_NS) or "").strip()


def _balance(part: etree._Element) -> tuple[int, date]:
    """:raises FieldFault:"""
    return _sum(part), _day(_text(part, "c:Dt/c:Dt") or _text(part, "c:Dt/c:DtTm")[:10])


def _sum(part: etree._Element) -> int:
    """Kopecks with the sign of ``CdtDbtInd``. :raises FieldFault: no sum, another currency, no direction"""
    amount = part.find("c:Amt", _NS)
    if amount is None:
        raise FieldFault("Amt", RowReason.REQUIRED)
    if amount.get("Ccy") not in ("RUB", "RUR"):
        raise FieldFault("Amt", RowReason.CURRENCY)
    signs = {"CRDT": 1, "DBIT": -1}
    sign = signs.get(_text(part, "c:CdtDbtInd"))
    if sign is None:
        raise FieldFault("CdtDbtInd", RowReason.CHOICE)
    return sign * kopecks_of(amount.text or "", column="Amt")


def _sum_or_none(part: etree._Element) -> int | None:
    try:
        return _sum(part)
    except FieldFault:
        return None


def _lines(entry: etree._Element) -> list[StatementLine]:
    """The payments of an entry: each of a batch whose sums are told and add up, else the entry as one."""
    total = _sum(entry)
    if not total:
        raise FieldFault("Amt", RowReason.MONEY)
    booked_on = _day(_text(entry, "c:BookgDt/c:Dt") or _text(entry, "c:BookgDt/c:DtTm")[:10])
    details = entry.findall("c:NtryDtls/c:TxDtls", _NS)
    if len(details) > 1:
        parts = [_sum_or_none(one) for one in details]
        if None not in parts and sum(part or 0 for part in parts) == total:
            return [_line(entry, one, part or 0, booked_on) for one, part in zip(details, parts, strict=True)]
    return [_line(entry, details[0] if details else entry, total, booked_on)]


def _line(entry: etree._Element, one: etree._Element, kopecks: int, booked_on: date) -> StatementLine:
    side = "Dbtr" if kopecks > 0 else "Cdtr"
    number = next(
        (
            found
            for found in (
                _text(one, "c:Refs/c:Prtry/c:Ref"),
                _text(one, "c:Refs/c:InstrId"),
                _text(one, "c:Refs/c:EndToEndId"),
                _text(entry, "c:NtryRef"),
                _text(entry, "c:AcctSvcrRef"),
            )
            if found not in ("", "NOTPROVIDED")
        ),
        "",
    )
    if not number:
        raise FieldFault("NtryRef", RowReason.REQUIRED)
    party = f"c:RltdPties/c:{side}"
    return StatementLine(
        line_no=entry.sourceline or 0,
        number=short(number, column="NtryRef", most=35),
        booked_on=booked_on,
        kopecks=kopecks,
        name=short(_text(one, f"{party}/c:Pty/c:Nm"), column=side, most=300),
        inn=short(_inn(one, party), column=f"{side}/Id", most=12),
        account=short(
            _text(one, f"c:RltdPties/c:{side}Acct/c:Id/c:Othr/c:Id")
            or _text(one, f"c:RltdPties/c:{side}Acct/c:Id/c:IBAN"),
            column=f"{side}Acct",
            most=34,
        ),
        bic=short(
            _text(one, f"c:RltdAgts/c:{side}Agt/c:FinInstnId/c:ClrSysMmbId/c:MmbId"),
            column=f"{side}Agt",
            most=11,
        ),
        purpose=short(
            " ".join(part.text or "" for part in one.findall("c:RmtInf/c:Ustrd", _NS)), column="RmtInf"
        ),
    )


def _inn(one: etree._Element, party: str) -> str:
    for kind in ("OrgId", "PrvtId"):
        for other in one.findall(f"{party}/c:Pty/c:Id/c:{kind}/c:Othr", _NS):
            found = _text(other, "c:Id")
            if len(found) in (10, 12) and found.isascii() and found.isdigit():
                return found
    return ""


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a day of the bank
    except ValueError:
        raise FieldFault("Dt", RowReason.DATE) from None


def _day_or(text: str, other: date) -> date:
    try:
        return _day(text)
    except FieldFault:
        return other
