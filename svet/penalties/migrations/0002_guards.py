"""What PostgreSQL itself refuses when the rows of penalties change, whoever asks."""

from django.db import migrations

from svet.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("penalties", "0001_initial")]

    operations = [AppendOnly("penalties_shownpenalty", because="it is in the books as it was shown")]
