"""The note of moved readings joins what was with what is by hash, whatever its caller has asked of joins.

Whoever marks a month's readings as used reads base tables by keys; in the trigger that plan would compare each
of ten thousand rows with each.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metering", "0003_guards")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION metering_note_moved() SET enable_hashjoin TO 'on'",
            "ALTER FUNCTION metering_note_moved() RESET enable_hashjoin",
        ),
    ]
