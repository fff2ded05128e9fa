"""Version 1 of both texts, so that nobody registers without something to read."""

from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"
TEXTS = {
    "terms": "Пользовательское соглашение",
    "personal_data": "Согласие на обработку персональных данных",
}


def publish(apps, schema_editor):
    Agreement = apps.get_model("site", "Agreement")
    for kind, title in TEXTS.items():
        Agreement.objects.get_or_create(
            kind=kind,
            version=1,
            defaults={
                "title": title,
                "published_on": date(2026, 1, 1),
                "body": (DATA / f"{kind}.txt").read_text("utf-8"),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("site", "0001_initial")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
