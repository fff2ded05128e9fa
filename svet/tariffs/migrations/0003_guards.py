"""What PostgreSQL itself refuses or does when the rows of tariffs change, whoever asks."""

from django.db import migrations

from svet.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("tariffs", "0002_doors"),
    ]

    operations = [
        AppendOnly(
            "tariffs_tariffrow", name="tariffs_tariffrow_stays", on="DELETE", because="lines name their price"
        ),
    ]
