"""What a reading leans on is proof: a used photo is neither changed nor dropped."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION files_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a used photo is proof and stays as it is' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER files_photo_is_proof BEFORE UPDATE OR DELETE ON files_photo
    FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION files_refuse_change();
"""

BACKWARD = """
DROP TRIGGER files_photo_is_proof ON files_photo;
DROP FUNCTION files_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
