from django.db import migrations

FORWARD = """
CREATE FUNCTION subscribers_hand_over_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a hand-over is a fact: make another one instead' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER subscribers_handover_append_only BEFORE UPDATE OR DELETE ON subscribers_handover
    FOR EACH ROW EXECUTE FUNCTION subscribers_hand_over_stays();
"""
BACKWARD = """
DROP TRIGGER subscribers_handover_append_only ON subscribers_handover;
DROP FUNCTION subscribers_hand_over_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0005_absence")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
