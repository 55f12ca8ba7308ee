-- What anybody may read of the programme: the wave that is open or was the last, the next one, and the programme's numbers.
-- Parameters (named): at. Counts whole tables, so whoever asks keeps the answer for a while.
WITH wave AS (
    SELECT w.*, sv.code AS scheme FROM intake_wave w JOIN programmes_schemeversion sv ON sv.id = w.scheme_version_id
)
SELECT json_build_object(
    'now', (SELECT json_build_object(
                'number', wave.number, 'scheme', wave.scheme, 'opens_at', wave.opens_at, 'closes_at', wave.closes_at,
                'quota', wave.quota, 'announced_at', wave.announced_at,
                'joined', (SELECT count(*) FROM intake_application ap WHERE ap.wave_id = wave.id),
                'selected', (SELECT count(*) FROM awards_award aw WHERE aw.wave_id = wave.id))
            FROM wave WHERE wave.opens_at <= %(at)s ORDER BY wave.opens_at DESC, wave.number DESC LIMIT 1),
    'next', (SELECT json_build_object(
                'number', wave.number, 'scheme', wave.scheme, 'opens_at', wave.opens_at, 'closes_at', wave.closes_at,
                'quota', wave.quota, 'announced_at', wave.announced_at, 'joined', 0, 'selected', 0)
            FROM wave WHERE wave.opens_at > %(at)s ORDER BY wave.opens_at, wave.number LIMIT 1),
    'waves', (SELECT count(*) FROM wave WHERE wave.opens_at <= %(at)s),
    'recipients', (SELECT count(*) FROM awards_award),
    'bought', (SELECT count(*) FROM purchases_purchase WHERE status <> 'voided'),
    'finished', (SELECT count(*) FROM training_completion WHERE withdrawn_at IS NULL),
    'paid', (SELECT coalesce(sum(amount), 0)::bigint FROM incentives_incentive WHERE status = 'paid'),
    'courses', (SELECT count(*) FROM catalogue_course co WHERE co.is_curated AND EXISTS (
                    SELECT 1 FROM catalogue_listing li WHERE li.course_id = co.id AND li.ended_at IS NULL)),
    'institutions', (SELECT count(DISTINCT co.institution_id) FROM catalogue_course co WHERE co.is_curated),
    'platforms', (SELECT count(*) FROM partners_partner WHERE kind = 'platform'
                     AND member_from <= %(at)s AND (member_until IS NULL OR %(at)s < member_until)),
    'counted_at', %(at)s
)::text
