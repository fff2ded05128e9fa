import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='TariffCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.CharField(max_length=300)),
                ('made_by', models.CharField(max_length=100)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='NormRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region', models.CharField(max_length=80)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('rooms_from', models.SmallIntegerField(null=True)),
                ('rooms_to', models.SmallIntegerField(null=True)),
                ('persons_from', models.SmallIntegerField(null=True)),
                ('persons_to', models.SmallIntegerField(null=True)),
                ('stove', models.CharField(blank=True, max_length=8)),
                ('electric_heating', models.BooleanField(null=True)),
                ('kwh', models.DecimalField(decimal_places=3, max_digits=7)),
                ('source_url', models.CharField(blank=True, max_length=300)),
                ('decree', models.CharField(blank=True, max_length=200)),
                ('demonstration', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True)),
                ('loaded_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
                ('gone_document', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kwh__gt', 0)), name='tariffs_norm_positive'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='tariffs_norm_dates_ordered')],
            },
        ),
        migrations.CreateModel(
            name='TariffRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region', models.CharField(max_length=80)),
                ('group_code', models.CharField(max_length=40)),
                ('group_name', models.TextField()),
                ('scheme', models.SmallIntegerField()),
                ('zone', models.CharField(max_length=8)),
                ('range_no', models.SmallIntegerField()),
                ('range_upper_kwh', models.IntegerField(null=True)),
                ('limit_unknown', models.BooleanField(default=False)),
                ('per_person', models.IntegerField(null=True)),
                ('least', models.IntegerField(default=0)),
                ('price', models.DecimalField(decimal_places=5, max_digits=9)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('source_url', models.CharField(blank=True, default='', max_length=300)),
                ('decree', models.CharField(blank=True, default='', max_length=200)),
                ('demonstration', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True, default='')),
                ('loaded_at', models.DateTimeField()),
                ('brought_with', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='brought', to='tariffs.tariffcorrection')),
                ('gone_with', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='took', to='tariffs.tariffcorrection')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('gone_with__isnull', True)), fields=('region', 'group_code', 'scheme', 'zone', 'range_no', 'valid_from'), name='tariffs_row_unique'), models.CheckConstraint(condition=models.Q(('price__gt', 0)), name='tariffs_price_positive'), models.CheckConstraint(condition=models.Q(('range_upper_kwh__isnull', True), ('range_upper_kwh__gt', 0), _connector='OR'), name='tariffs_upper_positive'), models.CheckConstraint(condition=models.Q(('scheme__in', [1, 2, 3])), name='tariffs_scheme_known'), models.CheckConstraint(condition=models.Q(('range_no__gte', 1), ('range_no__lte', 99)), name='tariffs_range_known'), models.CheckConstraint(condition=models.Q(models.Q(('least', 0), ('limit_unknown', False), ('per_person__isnull', True)), models.Q(('least__gte', 0), ('limit_unknown', False), ('per_person__gt', 0), ('range_upper_kwh__isnull', True)), models.Q(('least', 0), ('limit_unknown', True), ('per_person__isnull', True), ('range_upper_kwh__isnull', True)), _connector='OR'), name='tariffs_one_limit'), models.CheckConstraint(condition=models.Q(('zone__in', ['single', 'day', 'night', 'peak', 'semipeak'])), name='tariffs_zone_known'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='tariffs_dates_ordered')],
            },
        ),
    ]
