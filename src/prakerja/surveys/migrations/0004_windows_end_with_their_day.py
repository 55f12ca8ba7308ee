"""Windows that were stored before they ended with their last day (at 00:10, shown as 00.09) last to the end of that day.

The year's cut-off, the end of a day itself, is never passed by that. Answered and closed ones stay as they are.
"""

from django.db import migrations

_FORWARDS = """
UPDATE surveys_response
   SET closes_at = (date_trunc('day', closes_at AT TIME ZONE 'Asia/Jakarta') + interval '1 day') AT TIME ZONE 'Asia/Jakarta'
 WHERE submitted_at IS NULL AND closed_at IS NULL
   AND (closes_at AT TIME ZONE 'Asia/Jakarta')::time = time '00:10'
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0003_a_wave_opens_and_closes_by_pages")]
    operations = [migrations.RunSQL(_FORWARDS, migrations.RunSQL.noop)]
