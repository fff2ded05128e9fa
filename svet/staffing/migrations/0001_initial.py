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
            name='StaffMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('role', models.CharField(choices=[('operator', 'operator'), ('billing', 'billing'), ('security', 'security')], max_length=12)),
                ('added_at', models.DateTimeField()),
                ('disabled_at', models.DateTimeField(blank=True, null=True)),
                ('session_epoch', models.PositiveIntegerField(default=0)),
                ('last_seen_at', models.DateTimeField(blank=True, null=True)),
                ('identity_digest', models.CharField(blank=True, default='', max_length=64)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='staff_member', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('identity_digest', ''), _negated=True), fields=('identity_digest',), name='staff_identity_is_one'), models.CheckConstraint(condition=models.Q(('role__in', ['operator', 'billing', 'security'])), name='staff_role_is_known')],
            },
        ),
    ]
