"""What SQL of other rooms may read: each view is a door of metering, its columns a promise (ADR 87)."""

from django.db import migrations

DOORS = """
CREATE VIEW metering_meter_door AS
SELECT id AS meter_id,
    account_id,
    serial,
    scheme,
    digits,
    ratio,
    installed_on,
    removed_on
   FROM metering_meter;
CREATE VIEW metering_set_door AS
SELECT id AS set_id,
    account_id,
    meter_id,
    read_on,
    received_at,
    kind
   FROM metering_readingset
  WHERE state IN ('accepted', 'used');
CREATE VIEW metering_value_door AS
SELECT reading_set_id AS set_id,
    zone,
    value,
    turns
   FROM metering_readingvalue;
CREATE VIEW metering_touch_door AS
SELECT id AS touch_id,
    account_id,
    read_on
   FROM metering_readingtouch;
CREATE VIEW metering_act_door AS
SELECT account_id,
    since
   FROM metering_officeact
  WHERE signed_at IS NOT NULL AND gone_at IS NULL;
"""
CLOSED = """
DROP VIEW metering_act_door;
DROP VIEW metering_touch_door;
DROP VIEW metering_value_door;
DROP VIEW metering_set_door;
DROP VIEW metering_meter_door;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("metering", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(DOORS, CLOSED),
    ]
