from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Bucket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=128)),
                ('spent', models.IntegerField()),
                ('started_at', models.DateTimeField()),
                ('resets_at', models.DateTimeField()),
                ('free_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['resets_at'], name='bucket_reset')],
                'constraints': [models.UniqueConstraint(fields=('name', 'key'), name='bucket_is_one_per_key')],
            },
        ),
    ]
