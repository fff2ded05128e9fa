import django.db.models.deletion
from django.db import migrations, models

from svet.kernel.append_only import AppendOnly

# A register brings a hundred thousand rows of one file: whether there is one need not be looked up for each.
GUARDS = """
CREATE FUNCTION exchange_check_rows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    PERFORM FROM (SELECT DISTINCT file_id FROM inserted) i
        LEFT JOIN exchange_importfile f ON f.id = i.file_id WHERE f.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a row of no register'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'exchange_row_has_file';
    END IF;
    RETURN NULL;
END $function$;
CREATE TRIGGER exchange_row_of_a_file AFTER INSERT ON exchange_importrow REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION exchange_check_rows();
"""
UNGUARDED = """
DROP TRIGGER exchange_row_of_a_file ON exchange_importrow;
DROP FUNCTION exchange_check_rows();
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_a_register_of_disputes")]

    operations = [
        migrations.RunSQL(GUARDS, UNGUARDED),
        AppendOnly(
            "exchange_importfile",
            name="exchange_file_not_deleted",
            on="DELETE",
            each="STATEMENT",
            because="its rows tell what was taken",
        ),
        AppendOnly("exchange_importrow", name="exchange_row_keeps_file", on="UPDATE OF file_id"),
        migrations.AlterField(
            model_name="importrow",
            name="file",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="exchange.importfile",
            ),
        ),
    ]
