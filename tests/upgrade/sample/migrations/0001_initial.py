from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="Lamp",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("watts", models.IntegerField()),
                ("provider", models.BigIntegerField(null=True)),
            ],
        )
    ]
