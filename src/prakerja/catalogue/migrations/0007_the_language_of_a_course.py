"""The language in which a course is taught and written; Indonesian, as far as nobody declares another."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0006_words_of_courses")]
    operations = [
        migrations.AddField("course", "language", models.TextField(default="id", db_default="id")),
        migrations.AddConstraint(
            "course",
            models.CheckConstraint(condition=Q(language__in=["id", "en"]), name="catalogue_course_language"),
        ),
    ]
