import svet.kernel.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('jpeg', models.BinaryField()),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('source_sha256', models.CharField(max_length=64)),
                ('owner_id', models.BigIntegerField(null=True)),
                ('kept_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('used_at__isnull', True)), fields=['kept_at'], name='photo_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('used_at__isnull', True)), fields=('owner_id', 'source_sha256'), name='photo_waits_once')],
            },
        ),
    ]
