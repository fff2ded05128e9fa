import datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('terms', 'terms'), ('personal_data', 'personal_data')], max_length=16)),
                ('version', models.PositiveIntegerField()),
                ('published_on', models.DateField()),
                ('title', models.CharField(max_length=200)),
                ('body', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'version'), name='site_agreement_kind_version'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='site_agreement_version_from_one')],
            },
        ),
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('brand', models.CharField(max_length=80)),
                ('legal_name', models.CharField(max_length=160)),
                ('hotline', models.CharField(max_length=40)),
                ('hotline_hours', models.CharField(max_length=80)),
                ('hotline_first_day', models.PositiveSmallIntegerField(default=1)),
                ('hotline_last_day', models.PositiveSmallIntegerField(default=5)),
                ('hotline_opens', models.TimeField(default=datetime.time(8, 0))),
                ('hotline_closes', models.TimeField(default=datetime.time(19, 0))),
                ('site_url', models.URLField(blank=True)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('primary_color', models.CharField(max_length=7)),
                ('accent_color', models.CharField(max_length=7)),
                ('reception_email', models.EmailField(blank=True, max_length=254)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='site_installation_one_row'), models.CheckConstraint(condition=models.Q(('primary_color__regex', '^#[0-9a-f]{6}$'), ('accent_color__regex', '^#[0-9a-f]{6}$')), name='site_installation_colors'), models.CheckConstraint(condition=models.Q(('hotline_first_day__gte', 1), ('hotline_first_day__lte', models.F('hotline_last_day')), ('hotline_last_day__lte', 7)), name='site_installation_hotline_days')],
            },
        ),
    ]
