"""Bills with penalties or fees are few: whoever looks for them takes no other bill's text apart."""

from django.db import migrations, models

from svet.kernel.migration_steps import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bills", "0008_indexes_that_nothing_needs")]

    operations = [
        AddIndexConcurrently(
            model_name="bill",
            index=models.Index(
                fields=["account", "no"],
                condition=models.Q(snapshot__has_key="streams"),
                name="bills_bill_with_streams",
            ),
        )
    ]
