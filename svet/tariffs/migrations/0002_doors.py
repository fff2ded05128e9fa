"""What SQL of other rooms may read: each view is a door of tariffs, its columns a promise (ADR 87)."""

from django.db import migrations

DOORS = """
CREATE VIEW tariffs_tariffrow_door AS
SELECT id AS tariff_row_id,
    region,
    group_code,
    scheme,
    zone,
    range_no,
    price,
    valid_from,
    valid_to
   FROM tariffs_tariffrow;
"""
CLOSED = """
DROP VIEW tariffs_tariffrow_door;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tariffs", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(DOORS, CLOSED),
    ]
