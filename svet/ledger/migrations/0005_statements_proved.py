from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_statements")]

    operations = [
        Validate("ledger_posting", name="ledger_posting_book_known"),
        Validate("ledger_transaction", name="ledger_transaction_kind_known"),
    ]
