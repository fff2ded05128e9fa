from django.db import migrations, models
from django.db.models import Q

from svet.kernel.migration_steps import AddNotValid


class Migration(migrations.Migration):
    dependencies = [("payments", "0018_accounts_bound_without_a_payment")]

    operations = [
        migrations.AddField(
            model_name="boundcard",
            name="bank_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        # Bound or never to be bound: the bank's name of the account stands with the card or nowhere.
        migrations.RunSQL(
            "UPDATE payments_accountbinding SET reference = ''"
            " WHERE state IN ('bound', 'withdrawn') AND reference <> ''",
            migrations.RunSQL.noop,
        ),
        AddNotValid(
            "payments_accountbinding",
            name="payments_binding_forgotten",
            rule="CHECK (NOT (state IN ('bound', 'withdrawn')) OR reference = '')",
            state=[
                migrations.AddConstraint(
                    model_name="accountbinding",
                    constraint=models.CheckConstraint(
                        condition=~Q(state__in=["bound", "withdrawn"]) | Q(reference=""),
                        name="payments_binding_forgotten",
                    ),
                )
            ],
        ),
    ]
