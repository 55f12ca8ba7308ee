"""How many videos there are is told by the scheme, not by the table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('awards', '0003_suspension'),
        ('people', '0003_drop_consent'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='inductionview',
            name='awards_inductionview_video',
        ),
        migrations.AddConstraint(
            model_name='inductionview',
            constraint=models.CheckConstraint(condition=models.Q(('video__gte', 1)), name='awards_inductionview_video'),
        ),
    ]
