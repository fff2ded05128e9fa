"""What comes to count, or counts no more, is noted for whoever charges."""

import django.db.models.deletion
from django.db import migrations, models

NOTED = """
CREATE FUNCTION metering_note_new() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    INSERT INTO metering_readingtouch (account_id, read_on)
        SELECT account_id, read_on FROM inserted WHERE state IN ('accepted', 'used');
    RETURN NULL;
END $function$;
CREATE FUNCTION metering_note_moved() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    INSERT INTO metering_readingtouch (account_id, read_on)
        SELECT after.account_id, after.read_on FROM after JOIN before ON before.id = after.id
        WHERE (after.state IN ('accepted', 'used')) <> (before.state IN ('accepted', 'used'));
    RETURN NULL;
END $function$;
CREATE TRIGGER metering_readingset_new AFTER INSERT ON metering_readingset
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION metering_note_new();
CREATE TRIGGER metering_readingset_moved AFTER UPDATE ON metering_readingset
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION metering_note_moved();
"""
UNNOTED = """
DROP TRIGGER metering_readingset_moved ON metering_readingset;
DROP TRIGGER metering_readingset_new ON metering_readingset;
DROP FUNCTION metering_note_moved();
DROP FUNCTION metering_note_new();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("metering", "0003_acts")]

    operations = [
        migrations.CreateModel(
            name="ReadingTouch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_on", models.DateField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(NOTED, UNNOTED),
    ]
