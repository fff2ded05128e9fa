"""Statements of an account, with invented requisites, in the forms banks write them."""

from __future__ import annotations

from collections.abc import Sequence

OWN = "40702810000000000001"
PAYER = "40817810500000000077"
ACQUIRER = "30232810000000000009"

HEAD = """1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
Отправитель=Банк «Пример»
ДатаСоздания=24.11.2026
ДатаНачала=23.11.2026
ДатаКонца=24.11.2026
РасчСчет={own}
СекцияРасчСчет
ДатаНачала=23.11.2026
ДатаКонца=24.11.2026
РасчСчет={own}
НачальныйОстаток=1000.00
ВсегоПоступило={came}
ВсегоСписано={went}
КонечныйОстаток={closing}
КонецРасчСчет
"""
DOCUMENT = """СекцияДокумент=Платежное поручение
Номер={number}
Дата={day}
Сумма={roubles}
ПлательщикСчет={payer}
ДатаСписано={day}
Плательщик={name}
ПлательщикИНН={inn}
ПлательщикБИК=047500001
ПолучательСчет={receiver}
ДатаПоступило={day}
Получатель=ООО «Уралэнергосбыт (пример)»
ПолучательИНН=7450000001
ПолучательБИК=047500001
НазначениеПлатежа={purpose}
КонецДокумента
"""


def document(number: str = "17", roubles: str = "300.00", **changed: str) -> dict[str, str]:
    """One document; money in unless ``payer`` is our account."""
    given = {
        "number": number,
        "roubles": roubles,
        "day": "24.11.2026",
        "payer": PAYER,
        "receiver": OWN,
        "name": "Крапивина Зоя Павловна",
        "inn": "",
        "purpose": "За электроэнергию",
    }
    return given | changed


def one_c(*documents: dict[str, str], closing: str = "", tail: str = "КонецФайла\n") -> str:
    """A file of 1CClientBankExchange; its closing balance fits unless another is given."""
    total = 100_000
    for one in documents:
        try:
            kopecks = round(float(one["roubles"]) * 100)
        except ValueError:
            continue
        total += kopecks * (one["receiver"] == OWN) - kopecks * (one["payer"] == OWN)
    text = HEAD.format(own=OWN, came="0.00", went="0.00", closing=closing or f"{total / 100:.2f}")
    return text + "".join(DOCUMENT.format(**one) for one in documents) + tail


ENTRY = """<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="{currency}">{roubles}</Amt><CdtDbtInd>{sign}</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt><NtryDtls><TxDtls>
<RltdPties><Dbtr><Pty><Nm>Крапивина Зоя Павловна</Nm>
<Id><PrvtId><Othr><Id>745000000012</Id></Othr></PrvtId></Id></Pty></Dbtr>
<DbtrAcct><Id><Othr><Id>{payer}</Id></Othr></Id></DbtrAcct></RltdPties>
<RltdAgts><DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>047500001</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt></RltdAgts>
<RmtInf><Ustrd>{purpose}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
"""


def camt(
    entries: Sequence[str], *, closing: str, opening: str = "1000.00", doctype: str = "", space: str = "08"
) -> str:
    """A message of camt.053 around these entries."""
    balance = (
        '<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="RUB">{sum}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{space}"><BkToCstmrStmt><Stmt>'
        "<FrToDt><FrDtTm>2026-11-23T00:00:00</FrDtTm><ToDtTm>2026-11-24T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><Othr><Id>{OWN}</Id></Othr></Id></Acct>"
        + balance.format(code="OPBD", sum=opening, day="2026-11-23")
        + balance.format(code="CLBD", sum=closing, day="2026-11-24")
        + "".join(entries)
        + "</Stmt></BkToCstmrStmt></Document>"
    )


def entry(number: str = "17", roubles: str = "300.00", **changed: str) -> str:
    """One entry, money in."""
    given = {"currency": "RUB", "sign": "CRDT", "payer": PAYER, "purpose": "За электроэнергию"}
    return ENTRY.format(number=number, roubles=roubles, **(given | changed))
