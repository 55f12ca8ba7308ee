"""A code that was entered before its class was called off is an operator's case."""

import django.db.models.deletion
import prakerja.kernel.ids
import prakerja.kernel.models
from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_drop_consent'),
        ('purchases', '0014_classes_that_were_called_off'),
        ('training', '0010_a_report_may_be_withdrawn'),
    ]

    operations = [
        migrations.CreateModel(
            name='CancellationCase',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('known', models.TextField()),
                ('found_at', models.DateTimeField()),
                ('status', models.TextField(default='open')),
                ('decision', models.TextField(blank=True)),
                ('resolved_by', models.TextField(blank=True)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('note', models.TextField(blank=True)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('purchase', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='purchases.purchase')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'open')), fields=['found_at'], name='training_cancellation_open')],
                'constraints': [models.UniqueConstraint(fields=('person', 'id'), name='training_cancellationcase_owned'), prakerja.kernel.models.OwnedReference(field='purchase', name='training_cancellationcase_purchase', to='purchases_purchase'), models.UniqueConstraint(fields=('person', 'purchase'), name='training_cancellationcase_once'), models.CheckConstraint(condition=models.Q(('status__in', ('open', 'resolved'))), name='training_cancellationcase_status'), models.CheckConstraint(condition=models.Q(models.Q(('decision', ''), ('resolved_at', None), ('status', 'open')), models.Q(('decision__in', ('refunded', 'kept')), ('resolved_at__isnull', False), ('status', 'resolved'), models.Q(('note', ''), _negated=True)), _connector='OR'), name='training_cancellationcase_resolved')],
            },
        ),
        install_steps(
            table="training_cancellationcase",
            begins=["open"],
            steps=[
                ("open", "resolved"),
            ],
        ),
    ]
