"""What somebody answered so far of a survey is kept with their consent, until it is sent or closes."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0007_consents_of_registering'),
        ('surveys', '0004_windows_end_with_their_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='response',
            name='half_answers',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='response',
            name='half_saved_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('half_answers__isnull', True), ('half_saved_at', None)), models.Q(('closed_at', None), ('consented_at__isnull', False), ('half_answers__isnull', False), ('half_saved_at__isnull', False), ('submitted_at', None)), _connector='OR'), name='surveys_response_half'),
        ),
    ]
