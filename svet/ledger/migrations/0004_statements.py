from django.db import migrations, models

from svet.kernel.migration_steps import AddNotValid

BOOKS = ["receivable", "revenue", "bank", "cash", "settlement", "commission", "suspense"]
KINDS = ["charge", "payment", "refund", "correction", "opening", "settlement"]


def known(table, model, column, name, values):
    """Let go of the old list and bind new rows by the longer one."""
    listed = ", ".join(f"'{value}'" for value in values)
    constraint = models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)
    return [
        migrations.RemoveConstraint(model_name=model, name=name),
        AddNotValid(
            table,
            name=name,
            rule=f"CHECK ({column} IN ({listed}))",
            state=[migrations.AddConstraint(model_name=model, constraint=constraint)],
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_checks_of_whole_statements")]

    operations = [
        *known("ledger_posting", "posting", "book", "ledger_posting_book_known", BOOKS),
        *known("ledger_transaction", "transaction", "kind", "ledger_transaction_kind_known", KINDS),
    ]
