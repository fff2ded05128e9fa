"""The office finds an account by this among millions."""

from django.db import migrations, models

from svet.kernel.migration_steps import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0004_account_by_phone")]

    operations = [
        AddIndexConcurrently(
            model_name="linkproof",
            index=models.Index(fields=["serial"], name="link_proof_by_serial"),
        )
    ]
