"""A certificate can be shown by a link, and an operator can hide a review, with the reason."""

import django.db.models.deletion
import prakerja.kernel.ids
import prakerja.kernel.models
from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0006_words_of_courses'),
        ('people', '0007_consents_of_registering'),
        ('training', '0014_a_nights_certificates_by_pages'),
    ]

    operations = [
        migrations.CreateModel(
            name='CertificateShare',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('token_enc', models.BinaryField()),
                ('shows_name', models.BooleanField()),
                ('shows_score', models.BooleanField()),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CertificateShareClaim',
            fields=[
                ('index', models.BinaryField(primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('share_id', models.UUIDField()),
            ],
        ),
        migrations.AddField(
            model_name='rating',
            name='hidden_why',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='rating',
            name='status',
            field=models.TextField(db_default='shown', default='shown'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('shown', 'hidden'))), name='training_rating_status'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'hidden'), models.Q(('hidden_why', ''), _negated=True)), models.Q(('hidden_why', ''), ('status', 'shown')), _connector='OR'), name='training_rating_hidden'),
        ),
        migrations.AddField(
            model_name='certificateshare',
            name='certificate',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training.certificate'),
        ),
        migrations.AddField(
            model_name='certificateshare',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person'),
        ),
        migrations.AddConstraint(
            model_name='certificateshare',
            constraint=models.UniqueConstraint(fields=('person', 'id'), name='training_certificateshare_owned'),
        ),
        migrations.AddConstraint(
            model_name='certificateshare',
            constraint=prakerja.kernel.models.OwnedReference(field='certificate', name='training_certificateshare_certificate', to='training_certificate'),
        ),
        migrations.AddConstraint(
            model_name='certificateshare',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('person', 'certificate'), name='training_certificateshare_one_open'),
        ),
        install_steps(
            table="training_rating",
            begins=["shown"],
            steps=[
                ("shown", "hidden"),
                ("hidden", "shown"),
            ],
        ),
    ]
