from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_a_book_between_suppliers")]

    operations = [Validate("ledger_posting", name="ledger_posting_book_known")]
