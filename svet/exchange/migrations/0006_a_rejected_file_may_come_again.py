from django.db import migrations, models


class Migration(migrations.Migration):
    """A register of which no row was taken holds its bytes back no more."""

    dependencies = [("exchange", "0005_a_register_of_charges")]
    squawk = {
        "ban-drop-constraint": "a wider rule takes its place at once",
        "require-concurrent-index-creation": "registers are some hundreds of rows",
    }
    beside = {"AddConstraint exchange_taken_once": "allows all that the former rule allowed"}

    operations = [
        migrations.RemoveConstraint("importfile", "exchange_file_once"),
        migrations.AddConstraint(
            "importfile",
            models.UniqueConstraint(
                fields=["profile", "sha256"],
                condition=models.Q(rejected__lt=models.F("rows")),
                name="exchange_taken_once",
            ),
        ),
    ]
