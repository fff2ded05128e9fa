"""The check of lines looks up each charge once, not once for each of its lines."""

from django.db import migrations

_OF_LINES = """
CREATE OR REPLACE FUNCTION billing_check_lines()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
    PERFORM FROM %s i LEFT JOIN billing_charge c
        ON c.id = i.charge_id AND c.account_id = i.account_id AND c.period = i.period
        WHERE c.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a line of no charge, or of another account''s or month''s charge'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_line_has_charge';
    END IF;
    PERFORM FROM inserted i LEFT JOIN billing_chargeline l
        ON l.id = i.reverses_id AND l.reverses_id IS NULL
        AND (l.account_id, l.month, l.service, l.point, l.scheme, l.zone, l.basis, l.part_since, l.part_until,
             l.since_on, l.until_on, l.range_no, l.price, l.kwh, l.kopecks)
          = (i.account_id, i.month, i.service, i.point, i.scheme, i.zone, i.basis, i.part_since, i.part_until,
             i.since_on, i.until_on, i.range_no, i.price, -i.kwh, -i.kopecks)
        WHERE i.reverses_id IS NOT NULL AND l.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a line that takes back another account''s line, a part of it, or a reversal'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_line_reverses_whole';
    END IF;
    RETURN NULL;
END $function$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_guards")]
    beside = {
        "RunSQL CREATE OR REPLACE FUNCTION billing_check": "refuses what the former one refused, no more and no less",
    }

    beside = {"RunSQL CREATE OR REPLACE FUNCTION billing_check": "refuses what it refused before, asks less often"}
    operations = [
        migrations.RunSQL(
            _OF_LINES % "(SELECT DISTINCT charge_id, account_id, period FROM inserted)",
            _OF_LINES % "inserted",
        )
    ]
