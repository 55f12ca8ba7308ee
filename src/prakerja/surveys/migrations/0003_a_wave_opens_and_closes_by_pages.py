"""Surveys of a whole wave open and close at the same instant: they are found a page at a time, by instant and id."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # People go on answering while the indexes are built.
    atomic = False
    dependencies = [("surveys", "0002_announcements")]
    operations = [
        AddIndexConcurrently(
            "response",
            models.Index(
                fields=["opens_at", "id"],
                name="surveys_response_to_open",
                condition=models.Q(("announced_at", None), ("closed_at", None)),
            ),
        ),
        AddIndexConcurrently(
            "response",
            models.Index(
                fields=["closes_at", "id"],
                name="surveys_response_to_close",
                condition=models.Q(("closed_at", None), ("submitted_at", None)),
            ),
        ),
        RemoveIndexConcurrently("response", "surveys_response_untold"),
        RemoveIndexConcurrently("response", "surveys_response_unanswered"),
    ]
