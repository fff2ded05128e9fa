"""A door to the days of readings that do not count, and a note only of those that begin or cease to.

Billing asks the door before it charges a late reading by sets. A month's bill marks its readings as used, which
moves none of them in or out of what counts: kept old and new rows of a million updates were joined for nothing.
"""

from django.db import migrations

NEW = """
CREATE VIEW metering_gone_door AS
SELECT account_id,
    read_on
   FROM metering_readingset
  WHERE state NOT IN ('accepted', 'used');
DROP TRIGGER metering_readingset_moved ON metering_readingset;
CREATE OR REPLACE FUNCTION metering_note_moved()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO metering_readingtouch (account_id, read_on) VALUES (new.account_id, new.read_on);
    RETURN NULL;
END $function$;
CREATE TRIGGER metering_readingset_moved AFTER UPDATE ON metering_readingset FOR EACH ROW
    WHEN ((new.state IN ('accepted', 'used')) <> (old.state IN ('accepted', 'used')))
    EXECUTE FUNCTION metering_note_moved();
"""
OLD = """
DROP TRIGGER metering_readingset_moved ON metering_readingset;
CREATE OR REPLACE FUNCTION metering_note_moved()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'on'
AS $function$
BEGIN
    INSERT INTO metering_readingtouch (account_id, read_on)
        SELECT after.account_id, after.read_on FROM after JOIN before ON before.id = after.id
        WHERE (after.state IN ('accepted', 'used')) <> (before.state IN ('accepted', 'used'));
    RETURN NULL;
END $function$;
CREATE TRIGGER metering_readingset_moved AFTER UPDATE ON metering_readingset REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION metering_note_moved();
DROP VIEW metering_gone_door;
"""


class Migration(migrations.Migration):
    dependencies = [("metering", "0004_moved_readings_by_hash")]
    beside = {
        "RunSQL CREATE VIEW metering_gone_door AS SELECT": "a view that nobody asked before, and the same notes as before",
    }

    beside = {
        "RunSQL CREATE VIEW metering_gone_door AS SELECT": "a new door; the note is taken of the same rows as before"
    }
    operations = [migrations.RunSQL(NEW, OLD)]
