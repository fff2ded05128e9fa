import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("payments", "0011_orders_nobody_can_read")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="calls",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="ReserveShop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                (
                    "provider",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.provider",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.shop",
                    ),
                ),
            ],
            options={
                "ordering": ["provider_id", "place"],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "place"), name="payments_reserve_place"),
                    models.UniqueConstraint(
                        fields=("provider", "shop"), name="payments_reserve_once", nulls_distinct=False
                    ),
                ],
            },
        ),
    ]
