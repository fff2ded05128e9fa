from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_the_month_a_payer_names"),
        ("payments", "0007_silent_banks"),
    ]

    operations = [migrations.AddField("importedpayment", "named_month", models.DateField(null=True))]
