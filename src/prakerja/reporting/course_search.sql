-- The public catalogue: courses that a platform sells now, each with its lowest price and its next class that has a seat; a
-- full one only when all are full.
-- Parameters (named): at, queries (text[], one tsquery for each word asked for; all must match), ranked (one tsquery of all of
-- them), category, mode, delivery, platform, province ('' = any), max_price (0 = any), fits (within the reader's balance),
-- from_at, until_at (null = any), with_seats, min_rating (0 = any), sort, limit, offset, reader (person_id or null).
WITH reader AS (
    SELECT p.province_code,
           (SELECT b.amount FROM awards_award aw
              JOIN wallets_wallet wa ON wa.person_id = aw.person_id AND wa.id = aw.wallet_id
              JOIN ledger_balance b ON b.person_id = wa.person_id AND b.id = wa.balance_id
             WHERE aw.person_id = p.id AND wa.closed_at IS NULL ORDER BY aw.awarded_at DESC LIMIT 1) AS balance
    FROM people_person p WHERE p.id = %(reader)s
), asked AS (
    SELECT n, query::tsquery AS query FROM unnest(%(queries)s::text[]) WITH ORDINALITY AS one(query, n)
), hit AS MATERIALIZED (
    SELECT id FROM (
        SELECT asked.n, co.id FROM asked JOIN catalogue_course co ON co.words @@ asked.query
        UNION
        SELECT asked.n, co.id FROM asked
          JOIN partners_partner ins ON ins.kind = 'institution' AND ins.words @@ asked.query
          JOIN catalogue_course co ON co.institution_id = ins.id) one
    GROUP BY id HAVING count(*) = cardinality(%(queries)s::text[])
), candidate AS MATERIALIZED (
    SELECT co.id, co.code, co.title, co.category, co.mode, co.delivery, co.duration_hours, co.rating_count,
           CASE WHEN co.rating_count > 0 THEN round(co.rating_sum::numeric / co.rating_count, 1)::float8 END AS rating,
           CASE WHEN %(sort)s = 'relevance' THEN ts_rank(co.words, %(ranked)s::tsquery) END AS closeness,
           ins.name AS institution, ins.city, ins.address, ins.province_code
    FROM catalogue_course co
    JOIN partners_partner ins ON ins.id = co.institution_id
    WHERE co.is_curated
      AND (cardinality(%(queries)s::text[]) = 0 OR co.id IN (SELECT id FROM hit))
      AND (%(mode)s = '' OR co.mode = %(mode)s)
      AND (%(delivery)s = '' OR co.delivery = %(delivery)s)
      AND (%(province)s = '' OR (co.mode <> 'online' AND ins.province_code = %(province)s))
      AND (%(min_rating)s = 0 OR co.rating_sum >= %(min_rating)s * co.rating_count AND co.rating_count > 0)
), offered AS MATERIALIZED (
    SELECT candidate.*, price.cheapest, price.dearest, price.sellers, price.seller, run.starts_at, run.ends_at, run.seats_left
    FROM candidate
    JOIN LATERAL (
        SELECT min(net) FILTER (WHERE counts) AS cheapest, max(net) AS dearest, count(*) AS sellers,
               (array_agg(name ORDER BY net, name) FILTER (WHERE counts))[1] AS seller
        FROM (SELECT pl.name, li.price - coalesce((
                         SELECT max(pr.discount) FROM catalogue_promotion pr
                         WHERE pr.listing_id = li.id AND pr.starts_at <= %(at)s AND %(at)s < pr.ends_at), 0) AS net,
                     (%(platform)s = '' OR pl.code = %(platform)s) AS counts
                FROM catalogue_listing li JOIN partners_partner pl ON pl.id = li.platform_id
               WHERE li.course_id = candidate.id AND li.ended_at IS NULL AND pl.kind = 'platform'
                 AND pl.member_from <= %(at)s AND (pl.member_until IS NULL OR %(at)s < pl.member_until)) one
        ) price ON price.cheapest IS NOT NULL
            AND (%(max_price)s = 0 OR price.cheapest <= %(max_price)s)
            AND (NOT %(fits)s OR price.cheapest <= (SELECT balance FROM reader))
    JOIN LATERAL (
        SELECT * FROM (
            SELECT cr.code AS run_code, cr.starts_at, cr.ends_at,
                   coalesce((SELECT sum(se.capacity - se.seats_taken)::int FROM catalogue_courserunseats se
                             WHERE se.course_run_id = cr.id), 0) AS seats_left
            FROM catalogue_courserun cr
            WHERE cr.course_id = candidate.id AND cr.cancelled_at IS NULL
              AND CASE candidate.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END > %(at)s
              AND (%(from_at)s::timestamptz IS NULL
                   OR CASE candidate.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END >= %(from_at)s)
              AND (%(until_at)s::timestamptz IS NULL
                   OR CASE candidate.delivery WHEN 'live' THEN cr.ends_at ELSE cr.starts_at END <= %(until_at)s)) one
        ORDER BY seats_left = 0, starts_at, run_code LIMIT 1
        ) run ON run.seats_left > 0 OR NOT %(with_seats)s
), found AS (
    SELECT * FROM offered WHERE %(category)s = '' OR category = %(category)s
), ordered AS (
    SELECT found.*, row_number() OVER (ORDER BY
        CASE WHEN %(sort)s = 'cheapest' THEN cheapest END,
        CASE WHEN %(sort)s = 'soonest' THEN starts_at END,
        CASE WHEN %(sort)s = 'relevance' THEN closeness END DESC NULLS LAST,
        CASE WHEN %(sort)s IN ('rating', 'relevance') THEN rating END DESC NULLS LAST,
        rating_count DESC, title, code) AS place
    FROM found
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM found),
    'categories', coalesce((
        SELECT json_agg(json_build_object('name', category, 'count', count) ORDER BY category)
        FROM (SELECT category, count(*) FROM offered GROUP BY category) one), '[]'::json),
    'platforms', coalesce((
        SELECT json_agg(json_build_object('code', code, 'name', name) ORDER BY name) FROM partners_partner
        WHERE kind = 'platform' AND member_from <= %(at)s AND (member_until IS NULL OR %(at)s < member_until)), '[]'::json),
    'provinces', coalesce((
        SELECT json_agg(DISTINCT ins.province_code) FROM partners_partner ins
        WHERE ins.kind = 'institution' AND ins.province_code <> '' AND EXISTS (
            SELECT 1 FROM catalogue_course co WHERE co.institution_id = ins.id AND co.mode <> 'online' AND co.is_curated)), '[]'::json),
    'balance', (SELECT balance FROM reader),
    'province_code', coalesce((SELECT province_code FROM reader), ''),
    'courses', coalesce((
        SELECT json_agg(to_json(ordered) ORDER BY place) FROM ordered
        WHERE place > %(offset)s AND place <= %(offset)s + %(limit)s), '[]'::json)
)::text
