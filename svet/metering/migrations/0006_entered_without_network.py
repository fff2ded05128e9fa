"""When a set that waited for a network was entered, guarded like every other column; sets sent while away."""

from django.conf import settings
from django.db import migrations, models


_GUARDED = """
DROP TRIGGER metering_readingset_only_state ON metering_readingset;
CREATE TRIGGER metering_readingset_only_state BEFORE UPDATE OF
    id, public_id, receipt_number, account_id, meter_id, read_on, received_at, channel, kind, author_kind,
    author_person_id, author_name, key{more}
    ON metering_readingset FOR EACH STATEMENT EXECUTE FUNCTION metering_only_state_moves();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("metering", "0005_proof_append_only"),
        ("subscribers", "0003_dispute_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="readingset",
            name="reading_channel_known",
        ),
        migrations.AddField(
            model_name="readingset",
            name="entered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="readingset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "channel__in",
                        ["web", "api", "sms", "office", "register", "quick", "automatic", "absence"],
                    )
                ),
                name="reading_channel_known",
            ),
        ),
        migrations.RunSQL(_GUARDED.format(more=", entered_at"), _GUARDED.format(more="")),
    ]
