"""A reading is never silently changed: values and changes are append-only, of a set only the state moves."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION metering_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION metering_only_state_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'only the state of a set of readings may change' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER metering_readingvalue_append_only BEFORE UPDATE OR DELETE ON metering_readingvalue
    FOR EACH ROW EXECUTE FUNCTION metering_refuse_change();
CREATE TRIGGER metering_setstatechange_append_only BEFORE UPDATE OR DELETE ON metering_setstatechange
    FOR EACH ROW EXECUTE FUNCTION metering_refuse_change();
-- Every column but the state: a statement that names one of them is refused, and one that moves only states
-- (a billing run moves one for every meter) pays nothing.
CREATE TRIGGER metering_readingset_only_state BEFORE UPDATE OF
    id, public_id, receipt_number, account_id, meter_id, read_on, received_at, channel, kind, author_kind,
    author_person_id, author_name, key
    ON metering_readingset FOR EACH STATEMENT EXECUTE FUNCTION metering_only_state_moves();
CREATE TRIGGER metering_readingset_not_deleted BEFORE DELETE ON metering_readingset
    FOR EACH ROW EXECUTE FUNCTION metering_refuse_change();
"""

BACKWARD = """
DROP TRIGGER metering_readingset_not_deleted ON metering_readingset;
DROP TRIGGER metering_readingset_only_state ON metering_readingset;
DROP TRIGGER metering_setstatechange_append_only ON metering_setstatechange;
DROP TRIGGER metering_readingvalue_append_only ON metering_readingvalue;
DROP FUNCTION metering_only_state_moves();
DROP FUNCTION metering_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("metering", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
