"""What PostgreSQL itself refuses or does when the rows of files change, whoever asks."""

from django.db import migrations

from svet.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
    ]

    operations = [
        AppendOnly(
            "files_photo",
            name="files_photo_is_proof",
            when="old.used_at IS NOT NULL",
            because="a used photo is proof",
        ),
    ]
