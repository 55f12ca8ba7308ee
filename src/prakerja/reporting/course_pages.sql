-- Whole courses for their page and for comparing: every platform's price, every class that can still be bought, reviews.
-- Parameters (named): at, codes (text[], in the order wanted), reviews (how many at most of each), skipped, reader (person_id
-- or null).
SELECT json_build_object(
    'balance', (SELECT b.amount FROM awards_award aw
              JOIN wallets_wallet wa ON wa.person_id = aw.person_id AND wa.id = aw.wallet_id
              JOIN ledger_balance b ON b.person_id = wa.person_id AND b.id = wa.balance_id
             WHERE aw.person_id = %(reader)s AND wa.closed_at IS NULL ORDER BY aw.awarded_at DESC LIMIT 1),
    'province_code', coalesce((SELECT p.province_code FROM people_person p WHERE p.id = %(reader)s), ''),
    'courses', coalesce((
    SELECT json_agg(json_build_object(
        'code', co.code, 'title', co.title, 'category', co.category, 'mode', co.mode, 'delivery', co.delivery,
        'duration_hours', co.duration_hours, 'language', co.language, 'summary', co.summary, 'syllabus', co.syllabus, 'target_job', co.target_job,
        'competency_standard', co.competency_standard, 'certificate_kinds', co.certificate_kinds,
        'has_post_test', co.has_post_test, 'required_assignments', co.required_assignments,
        'min_age', co.min_age, 'min_education', co.min_education,
        'rating', CASE WHEN co.rating_count > 0 THEN round(co.rating_sum::numeric / co.rating_count, 1)::float8 END,
        'rating_count', co.rating_count,
        'institution_code', ins.code, 'institution', ins.name, 'about', ins.about, 'website', ins.website,
        'city', ins.city, 'address', ins.address, 'province_code', ins.province_code, 'how_to_redeem', ins.how_to_redeem,
        'prices', coalesce((
            SELECT json_agg(json_build_object('code', price.code, 'name', price.name, 'price', price.price, 'net', price.net,
                                              'until', CASE WHEN price.net < price.price THEN price.until END)
                            ORDER BY price.net, price.name)
            FROM (SELECT pl.code, pl.name, li.price, li.price - coalesce(pr.discount, 0) AS net, pr.ends_at AS until
                    FROM catalogue_listing li
                    JOIN partners_partner pl ON pl.id = li.platform_id
                    LEFT JOIN LATERAL (
                        SELECT discount, ends_at FROM catalogue_promotion
                         WHERE listing_id = li.id AND starts_at <= %(at)s AND %(at)s < ends_at
                         ORDER BY discount DESC, ends_at DESC LIMIT 1) pr ON true
                   WHERE li.course_id = co.id AND li.ended_at IS NULL AND pl.kind = 'platform'
                     AND pl.member_from <= %(at)s AND (pl.member_until IS NULL OR %(at)s < pl.member_until)) price), '[]'::json),
        'runs', coalesce((
            SELECT json_agg(json_build_object(
                'code', run.code, 'starts_at', run.starts_at, 'ends_at', run.ends_at, 'session_count', run.session_count,
                'seats_left', (SELECT coalesce(sum(se.capacity - se.seats_taken), 0)::int FROM catalogue_courserunseats se
                                WHERE se.course_run_id = run.id),
                'told', coalesce((SELECT json_agg(json_build_array(ss.starts_at, ss.ends_at) ORDER BY ss.number)
                                    FROM catalogue_courserunsession ss WHERE ss.course_run_id = run.id), '[]'::json))
                ORDER BY run.starts_at, run.code)
            FROM (SELECT cr.* FROM catalogue_courserun cr
                   WHERE cr.course_id = co.id AND cr.cancelled_at IS NULL
                     AND CASE co.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END > %(at)s
                   ORDER BY cr.starts_at, cr.code LIMIT 10) run), '[]'::json),
        'later_runs', (SELECT greatest(count(*) - 10, 0) FROM catalogue_courserun cr
                        WHERE cr.course_id = co.id AND cr.cancelled_at IS NULL
                          AND CASE co.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END > %(at)s),
        'written', (SELECT count(*) FROM training_rating r WHERE r.course_id = co.id AND r.status = 'shown'),
        'stars', (SELECT json_build_array(
                      count(*) FILTER (WHERE r.stars = 1), count(*) FILTER (WHERE r.stars = 2), count(*) FILTER (WHERE r.stars = 3),
                      count(*) FILTER (WHERE r.stars = 4), count(*) FILTER (WHERE r.stars = 5))
                    FROM training_rating r WHERE r.course_id = co.id),
        'reviews', coalesce((
            SELECT json_agg(json_build_object('stars', one.stars, 'review', one.review, 'created_at', one.created_at)
                            ORDER BY one.created_at DESC, one.id DESC)
            FROM (SELECT r.* FROM training_rating r WHERE r.course_id = co.id AND r.status = 'shown'
                   ORDER BY r.created_at DESC, r.id DESC LIMIT %(reviews)s OFFSET %(skipped)s) one), '[]'::json))
        ORDER BY array_position(%(codes)s::text[], co.code))
    FROM catalogue_course co
    JOIN partners_partner ins ON ins.id = co.institution_id
    WHERE co.code = ANY(%(codes)s::text[]) AND co.is_curated), '[]'::json)
)::text
