import django.db.models.deletion
from django.db import migrations, models

from svet.kernel.migration_steps import AddNotValid


def _of_order(**details: object) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="moved",
        to="payments.order",
        **details,
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0014_prove_the_payers")]

    operations = [
        migrations.AddField("moneyact", "of_order", _of_order(db_constraint=False)),
        AddNotValid(
            "payments_moneyact",
            name="payments_act_of_order_fk",
            rule="FOREIGN KEY (of_order_id) REFERENCES payments_order (id) DEFERRABLE INITIALLY DEFERRED",
            state=[migrations.AlterField("moneyact", "of_order", _of_order())],
        ),
    ]
