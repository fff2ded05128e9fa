from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("site", "0002_first_agreements")]

    operations = [
        migrations.CreateModel(
            name="CareNote",
            fields=[
                (
                    "care",
                    models.CharField(
                        choices=[("backup", "backup"), ("verify", "verify"), ("drill", "drill")],
                        max_length=8,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("well", models.BooleanField()),
                ("words", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="DatabaseHome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("system_identifier", models.CharField(max_length=20)),
                ("database_oid", models.BigIntegerField()),
                ("held_at", models.DateTimeField(null=True)),
                ("copied_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="site_databasehome_one_row"
                    )
                ],
            },
        ),
    ]
