"""The office finds an account by this among millions."""

from django.db import migrations, models

from svet.kernel.migration_steps import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0003_guards")]

    operations = [
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(
                condition=~models.Q(("registry_phone", "")), fields=["registry_phone"], name="account_by_phone"
            ),
        )
    ]
