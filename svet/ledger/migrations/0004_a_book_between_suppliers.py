from django.db import migrations, models

from svet.kernel.migration_steps import AddNotValid

_BOOKS = [
    "receivable",
    "revenue",
    "bank",
    "cash",
    "settlement",
    "commission",
    "suspense",
    "opening",
    "write_off",
    "owed",
    "dispute",
    "subsidy",
    "interco",
]
_KNOWN = models.CheckConstraint(condition=models.Q(book__in=_BOOKS), name="ledger_posting_book_known")
_LISTED = ", ".join(f"'{book}'" for book in _BOOKS)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_guards")]

    squawk = {"ban-drop-constraint": "a wider rule of the same name takes its place at once"}
    operations = [
        migrations.RemoveConstraint("posting", "ledger_posting_book_known"),
        AddNotValid(
            "ledger_posting",
            name="ledger_posting_book_known",
            rule=f"CHECK (book IN ({_LISTED}))",
            state=[migrations.AddConstraint("posting", _KNOWN)],
        ),
    ]
