from django.db import migrations

FORWARD = """
CREATE FUNCTION bills_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'bills_bill'
       AND to_jsonb(NEW) - 'delivered_at' = to_jsonb(OLD) - 'delivered_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a bill is immutable: issue the next version instead' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER bills_bill_immutable BEFORE UPDATE OR DELETE ON bills_bill
    FOR EACH ROW EXECUTE FUNCTION bills_refuse_change();
CREATE TRIGGER bills_file_immutable BEFORE UPDATE OR DELETE ON bills_billfile
    FOR EACH ROW EXECUTE FUNCTION bills_refuse_change();
"""
BACKWARD = """
DROP TRIGGER bills_file_immutable ON bills_billfile;
DROP TRIGGER bills_bill_immutable ON bills_bill;
DROP FUNCTION bills_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("bills", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
