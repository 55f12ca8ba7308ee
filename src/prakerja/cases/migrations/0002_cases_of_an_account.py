"""Cases may be of an account, with photos and PDFs."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0001_questions_to_the_office'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('asked_by', models.UUIDField()),
                ('kind', models.TextField()),
                ('content_enc', models.BinaryField()),
                ('size', models.IntegerField()),
                ('taken_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='case',
            name='asked_by',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='entry',
            name='asked_by',
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('asked_by__isnull', False)), fields=['asked_by', 'id'], name='cases_case_own'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('asked_by__isnull', False)), fields=['asked_by'], name='cases_entry_own'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='cases.entry'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['asked_by'], name='cases_attachment_own'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('photo', 'pdf'))), name='cases_attachment_kind'),
        ),
    ]
