import django.db.models.deletion
import svet.kernel.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='OfficeRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('number', models.CharField(max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('phone', 'phone'), ('factor', 'factor')], max_length=8)),
                ('phone', models.CharField(blank=True, default='', max_length=16)),
                ('comment', models.CharField(blank=True, default='', max_length=500)),
                ('state', models.CharField(choices=[('open', 'open'), ('approved', 'approved'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], default='open', max_length=10)),
                ('address', models.CharField(blank=True, default='', max_length=45)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.CharField(blank=True, default='', max_length=500)),
                ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='office_requests', to=settings.AUTH_USER_MODEL)),
                ('taken_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['asked_at'], name='office_request_queue')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('person', 'kind'), name='office_request_open_once'), models.CheckConstraint(condition=models.Q(('state', 'open'), ('decided_at__isnull', False), _connector='XOR'), name='office_request_closed_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'phone'), _negated=True), models.Q(('phone', ''), _negated=True), models.Q(('state', 'open'), _negated=True), _connector='OR'), name='office_request_names_phone')],
            },
        ),
        migrations.CreateModel(
            name='OfficeSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300)),
                ('signed_at', models.DateTimeField()),
                ('member', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='signature', to='office.officerequest')),
            ],
        ),
    ]
