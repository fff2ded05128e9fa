"""The chart of a bill reads sums of charges, and of their lines only those of other months."""

from django.db import migrations, models

from svet.kernel.migration_steps import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("billing", "0004_indexes_that_nothing_needs")]

    operations = [
        AddIndexConcurrently(
            model_name="chargeline",
            index=models.Index(
                fields=["account", "period"],
                condition=~models.Q(month=models.F("period")),
                name="billing_line_of_other_month",
            ),
        )
    ]
