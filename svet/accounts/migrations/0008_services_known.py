"""A service is one of those that the portal has words, units and bounds for (decision 208)."""

from django.db import migrations, models
from django.db.models import Q

from svet.kernel.migration_steps import AddNotValid

_KNOWN = ["electricity", "cold_water", "hot_water", "heat", "gas", "waste"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_holder_words")]

    operations = [
        AddNotValid(
            "accounts_provider",
            name="provider_service_known",
            rule="CHECK (service IN ('electricity', 'cold_water', 'hot_water', 'heat', 'gas', 'waste'))",
            state=[
                migrations.AddConstraint(
                    model_name="provider",
                    constraint=models.CheckConstraint(
                        condition=Q(service__in=_KNOWN), name="provider_service_known"
                    ),
                )
            ],
        ),
    ]
