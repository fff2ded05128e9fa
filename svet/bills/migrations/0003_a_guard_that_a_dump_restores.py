"""The guard of bills named whole rows, which PostgreSQL refuses once a table has generated columns: no dump of it
could be restored. What a bill generates follows from its other columns and is empty before the row is kept."""

from django.db import migrations

GUARD = """
CREATE FUNCTION bills_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    IF to_jsonb(new) - ARRAY['delivered_at', 'no_before', 'seq_before']
        IS DISTINCT FROM to_jsonb(old) - ARRAY['delivered_at', 'no_before', 'seq_before'] THEN
        RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME,
            'a bill is immutable: issue the next version instead' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END $function$;
DROP TRIGGER bills_bill_immutable ON bills_bill;
CREATE TRIGGER bills_bill_immutable BEFORE UPDATE ON bills_bill
    FOR EACH ROW EXECUTE FUNCTION bills_refuse_change();
"""
BEFORE = """
DROP TRIGGER bills_bill_immutable ON bills_bill;
DROP FUNCTION bills_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("bills", "0002_guards")]
    operations = [migrations.RunSQL(GUARD, BEFORE)]
