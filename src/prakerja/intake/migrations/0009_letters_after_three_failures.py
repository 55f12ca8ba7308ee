"""Whoever was not selected three times may write a letter."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0008_the_test_comes_first'),
        ('people', '0007_consents_of_registering'),
    ]

    operations = [
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('status', models.TextField(default='open')),
                ('waves', models.TextField()),
                ('words_enc', models.BinaryField()),
                ('sent_at', models.DateTimeField()),
                ('answer_by', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.TextField(blank=True, default='')),
                ('answer', models.TextField(blank=True, default='')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status__in', ('open',))), fields=['answer_by'], name='intake_letter_open')],
                'constraints': [models.UniqueConstraint(fields=('person', 'id'), name='intake_letter_owned'), models.UniqueConstraint(condition=models.Q(('status__in', ('open',))), fields=('person',), name='intake_letter_one_open'), models.CheckConstraint(condition=models.Q(('status__in', ('open', 'answered'))), name='intake_letter_status'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', ''), ('status', 'open')), models.Q(('answered_at__isnull', False), ('status', 'answered'), models.Q(('answer', ''), _negated=True), models.Q(('answered_by', ''), _negated=True)), _connector='OR'), name='intake_letter_answered')],
            },
        ),
        install_steps(table='intake_letter', begins=['open'], steps=[('open', 'answered')]),
    ]
