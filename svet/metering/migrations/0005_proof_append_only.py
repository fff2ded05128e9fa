"""Photos of readings and the course of an objection are proof: rows are added, never changed."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER metering_readingphoto_append_only BEFORE UPDATE OR DELETE ON metering_readingphoto
    FOR EACH ROW EXECUTE FUNCTION metering_refuse_change();
CREATE TRIGGER metering_disputechange_append_only BEFORE UPDATE OR DELETE ON metering_disputechange
    FOR EACH ROW EXECUTE FUNCTION metering_refuse_change();
"""

BACKWARD = """
DROP TRIGGER metering_disputechange_append_only ON metering_disputechange;
DROP TRIGGER metering_readingphoto_append_only ON metering_readingphoto;
"""


class Migration(migrations.Migration):
    dependencies = [("metering", "0004_tracks_photos_disputes")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
