-- The public comparison: courses that a platform sells now, each with every platform's price and its next class
-- that has a seat; a full one only when all are full.
-- Parameters (named): at, words (text[] of ILIKE patterns, all must match), category, mode, platform ('' = any),
-- max_price (0 = any), sort, limit, offset.
WITH price AS (
    SELECT li.course_id, pl.code, pl.name, li.price,
           li.price - coalesce((
               SELECT max(pr.discount) FROM catalogue_promotion pr
               WHERE pr.listing_id = li.id AND pr.starts_at <= %(at)s AND %(at)s < pr.ends_at), 0) AS net
    FROM catalogue_listing li
    JOIN partners_partner pl ON pl.id = li.platform_id
    WHERE li.ended_at IS NULL AND pl.kind = 'platform'
      AND pl.member_from <= %(at)s AND (pl.member_until IS NULL OR %(at)s < pl.member_until)
), open_run AS (
    SELECT cr.course_id, cr.code, cr.starts_at, cr.ends_at,
           coalesce((SELECT sum(se.capacity - se.seats_taken)::int FROM catalogue_courserunseats se
                     WHERE se.course_run_id = cr.id), 0) AS seats_left
    FROM catalogue_courserun cr JOIN catalogue_course co ON co.id = cr.course_id
    WHERE cr.cancelled_at IS NULL
      AND CASE co.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END > %(at)s
), run AS (
    SELECT DISTINCT ON (course_id) * FROM open_run ORDER BY course_id, seats_left > 0 DESC, starts_at, code
), found AS (
    SELECT co.id, co.code, co.title, co.category, co.mode, co.delivery, co.duration_hours, co.summary, co.target_job,
           ins.name AS institution, ins.city, ins.address, ins.province_code, ins.how_to_redeem, run.starts_at, run.ends_at,
           run.seats_left,
           co.rating_count, CASE WHEN co.rating_count > 0 THEN round(co.rating_sum::numeric / co.rating_count, 1) END::float8
               AS rating,
           (SELECT json_agg(json_build_object('code', price.code, 'name', price.name, 'price', price.price, 'net', price.net)
                            ORDER BY price.net, price.name)
            FROM price WHERE price.course_id = co.id) AS prices,
           (SELECT min(price.net) FROM price WHERE price.course_id = co.id) AS cheapest
    FROM catalogue_course co
    JOIN partners_partner ins ON ins.id = co.institution_id
    JOIN run ON run.course_id = co.id
    WHERE co.is_curated
      AND co.title || ' ' || co.category || ' ' || ins.name || ' ' || co.target_job || ' ' || co.summary
          ILIKE ALL (%(words)s::text[])
      AND (%(category)s = '' OR co.category = %(category)s)
      AND (%(mode)s = '' OR co.delivery = %(mode)s)
      AND EXISTS (SELECT 1 FROM price WHERE price.course_id = co.id
                  AND (%(platform)s = '' OR price.code = %(platform)s)
                  AND (%(max_price)s = 0 OR price.net <= %(max_price)s))
), ordered AS (
    SELECT found.*, row_number() OVER (ORDER BY
        CASE WHEN %(sort)s = 'cheapest' THEN cheapest END,
        CASE WHEN %(sort)s = 'soonest' THEN starts_at END,
        CASE WHEN %(sort)s = 'rating' THEN rating END DESC NULLS LAST,
        rating_count DESC, title, code) AS place
    FROM found
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM found),
    'categories', coalesce((SELECT json_agg(DISTINCT category ORDER BY category) FROM catalogue_course WHERE is_curated), '[]'::json),
    'platforms', coalesce((SELECT json_agg(DISTINCT jsonb_build_object('code', code, 'name', name)) FROM price), '[]'::json),
    'courses', coalesce((
        SELECT json_agg(to_json(ordered) ORDER BY place) FROM ordered
        WHERE place > %(offset)s AND place <= %(offset)s + %(limit)s), '[]'::json)
)::text
