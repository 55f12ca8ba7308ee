from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_consents_of_before'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='consent',
            name='people_consent_purpose',
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ('survey', 'institution', 'identity_check', 'special_needs'))), name='people_consent_purpose'),
        ),
    ]
