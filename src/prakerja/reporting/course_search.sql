-- The public catalogue: courses that a platform sells now, each with its lowest price and its next class that has a seat; a
-- full one only when all are full. First which courses fit and in what order, then the facts of those on the page.
-- A line that ends in `-- when a|b` stands in the statement when one of these was asked for, `-- unless a` when it was not: so
-- each question has a plan of its own. See `queries.search_courses` for the names.
-- Parameters (named): at, queries (text[], one tsquery for each word asked for; all must match), ranked (one tsquery of all of
-- them), category, mode, delivery, platform, province, max_price, from_at, until_at, min_rating, limit, offset, reader
-- (person_id). What is not asked for is not in the statement.
WITH reader AS MATERIALIZED (
    SELECT p.province_code,
           (SELECT b.amount FROM awards_award aw
              JOIN wallets_wallet wa ON wa.person_id = aw.person_id AND wa.id = aw.wallet_id
              JOIN ledger_balance b ON b.person_id = wa.person_id AND b.id = wa.balance_id
             WHERE aw.person_id = p.id AND wa.closed_at IS NULL ORDER BY aw.awarded_at DESC LIMIT 1) AS balance
    FROM people_person p WHERE p.id = %(reader)s -- when reader
    FROM people_person p WHERE false -- unless reader
), hit AS MATERIALIZED ( -- when text
    SELECT id FROM ( -- when text
        SELECT asked.n, co.id -- when text
        FROM unnest(%(queries)s::text[]) WITH ORDINALITY AS asked(query, n) -- when text
        JOIN catalogue_course co ON co.words @@ asked.query::tsquery -- when text
        UNION -- when text
        SELECT asked.n, co.id -- when text
        FROM unnest(%(queries)s::text[]) WITH ORDINALITY AS asked(query, n) -- when text
        JOIN partners_partner ins ON ins.kind = 'institution' AND ins.words @@ asked.query::tsquery -- when text
        JOIN catalogue_course co ON co.institution_id = ins.id) one -- when text
    GROUP BY id HAVING count(*) = cardinality(%(queries)s::text[]) -- when text
), seller AS MATERIALIZED (
    SELECT id, code, name FROM partners_partner
    WHERE kind = 'platform' AND member_from <= %(at)s AND (member_until IS NULL OR %(at)s < member_until)
), base AS MATERIALIZED (
    SELECT co.id, co.code, co.title, co.category, co.delivery, co.rating_count,
           CASE WHEN co.rating_count > 0 THEN round(co.rating_sum::numeric / co.rating_count, 1)::float8 END AS rating
           , ts_rank(co.words, %(ranked)s::tsquery) AS closeness -- when relevance
    FROM catalogue_course co
    JOIN hit ON hit.id = co.id -- when text
    JOIN partners_partner ins ON ins.id = co.institution_id AND ins.province_code = %(province)s AND co.mode <> 'online' -- when province
    WHERE co.is_curated
      AND co.mode = %(mode)s -- when mode
      AND co.delivery = %(delivery)s -- when delivery
      AND co.rating_count > 0 AND co.rating_sum >= %(min_rating)s * co.rating_count -- when min_rating
      AND EXISTS (
        SELECT 1 FROM catalogue_listing li JOIN seller ON seller.id = li.platform_id
        WHERE li.course_id = co.id AND li.ended_at IS NULL
          AND seller.code = %(platform)s -- when platform
          AND (li.price <= %(max_price)s OR li.price - coalesce((SELECT max(pr.discount) FROM catalogue_promotion pr WHERE pr.listing_id = li.id AND pr.starts_at <= %(at)s AND %(at)s < pr.ends_at), 0) <= %(max_price)s) -- when max_price
          AND li.price - coalesce((SELECT max(pr.discount) FROM catalogue_promotion pr WHERE pr.listing_id = li.id AND pr.starts_at <= %(at)s AND %(at)s < pr.ends_at), 0) <= (SELECT balance FROM reader) -- when fits
      )
      AND EXISTS (
        SELECT 1 FROM catalogue_courserun cr
        WHERE cr.course_id = co.id AND cr.cancelled_at IS NULL
          AND CASE co.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END > %(at)s
          AND CASE co.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END >= %(from_at)s -- when from_at
          AND CASE co.delivery WHEN 'live' THEN cr.ends_at ELSE cr.starts_at END <= %(until_at)s -- when until_at
          AND EXISTS (SELECT 1 FROM catalogue_courserunseats se WHERE se.course_run_id = cr.id AND se.seats_taken < se.capacity) -- when with_seats
      )
), found AS MATERIALIZED (
    SELECT * FROM base
    WHERE category = %(category)s -- when category
), ordered AS MATERIALIZED (
    SELECT found.id, found.rating
    FROM found
    JOIN ( -- when cheapest
        SELECT li.course_id, min(li.price - coalesce(pr.discount, 0)) AS cheapest -- when cheapest
        FROM found -- when cheapest
        JOIN catalogue_listing li ON li.course_id = found.id AND li.ended_at IS NULL -- when cheapest
        JOIN seller ON seller.id = li.platform_id -- when cheapest
        LEFT JOIN ( -- when cheapest
            SELECT listing_id, max(discount) AS discount FROM catalogue_promotion -- when cheapest
            WHERE starts_at <= %(at)s AND %(at)s < ends_at GROUP BY listing_id) pr ON pr.listing_id = li.id -- when cheapest
        WHERE seller.code = %(platform)s -- when cheapest+platform
        GROUP BY li.course_id) price ON price.course_id = found.id -- when cheapest
    JOIN ( -- when soonest
        SELECT cr.course_id, -- when soonest
               coalesce(min(cr.starts_at) FILTER (WHERE EXISTS ( -- when soonest
                   SELECT 1 FROM catalogue_courserunseats se -- when soonest
                   WHERE se.course_run_id = cr.id AND se.seats_taken < se.capacity)), min(cr.starts_at)) AS starts_at -- when soonest
        FROM found -- when soonest
        JOIN catalogue_courserun cr ON cr.course_id = found.id AND cr.cancelled_at IS NULL -- when soonest
        WHERE CASE found.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END > %(at)s -- when soonest
          AND CASE found.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END >= %(from_at)s -- when soonest+from_at
          AND CASE found.delivery WHEN 'live' THEN cr.ends_at ELSE cr.starts_at END <= %(until_at)s -- when soonest+until_at
        GROUP BY cr.course_id) run ON run.course_id = found.id -- when soonest
    ORDER BY
        price.cheapest, -- when cheapest
        run.starts_at, -- when soonest
        found.closeness DESC, -- when relevance
        found.rating DESC NULLS LAST, -- when rating|relevance
        found.rating_count DESC, found.title, found.code
    LIMIT %(limit)s OFFSET %(offset)s
), card AS (
    SELECT co.code, co.title, co.category, co.mode, co.delivery, co.duration_hours, co.rating_count, ordered.rating,
           ins.name AS institution, ins.city, ins.address, ins.province_code,
           price.cheapest, price.sellers, price.seller, run.starts_at, run.ends_at, run.seats_left
    FROM ordered
    JOIN catalogue_course co ON co.id = ordered.id
    JOIN partners_partner ins ON ins.id = co.institution_id
    JOIN LATERAL (
        SELECT min(net) AS cheapest, max(sold) AS sellers, (array_agg(name ORDER BY net, name))[1] AS seller
        FROM (SELECT seller.code, seller.name, count(*) OVER () AS sold, li.price - coalesce((
                         SELECT max(pr.discount) FROM catalogue_promotion pr
                         WHERE pr.listing_id = li.id AND pr.starts_at <= %(at)s AND %(at)s < pr.ends_at), 0) AS net
                FROM catalogue_listing li JOIN seller ON seller.id = li.platform_id
               WHERE li.course_id = co.id AND li.ended_at IS NULL) one
        WHERE code = %(platform)s -- when platform
        ) price ON true
    JOIN LATERAL (
        SELECT * FROM (
            SELECT cr.code AS run_code, cr.starts_at, cr.ends_at,
                   coalesce((SELECT sum(se.capacity - se.seats_taken)::int FROM catalogue_courserunseats se
                             WHERE se.course_run_id = cr.id), 0) AS seats_left
            FROM catalogue_courserun cr
            WHERE cr.course_id = co.id AND cr.cancelled_at IS NULL
              AND CASE co.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END > %(at)s
              AND CASE co.delivery WHEN 'live' THEN cr.starts_at ELSE cr.ends_at END >= %(from_at)s -- when from_at
              AND CASE co.delivery WHEN 'live' THEN cr.ends_at ELSE cr.starts_at END <= %(until_at)s -- when until_at
            ) one
        ORDER BY seats_left = 0, starts_at, run_code LIMIT 1
        ) run ON true
    ORDER BY
        price.cheapest, -- when cheapest
        run.starts_at, -- when soonest
        ts_rank(co.words, %(ranked)s::tsquery) DESC, -- when relevance
        ordered.rating DESC NULLS LAST, -- when rating|relevance
        co.rating_count DESC, co.title, co.code
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM found),
    'categories', coalesce((
        SELECT json_agg(json_build_object('name', category, 'count', count) ORDER BY category)
        FROM (SELECT category, count(*) FROM base GROUP BY category) one), '[]'::json),
    'platforms', coalesce((SELECT json_agg(json_build_object('code', code, 'name', name) ORDER BY name) FROM seller), '[]'::json),
    'provinces', coalesce((
        SELECT json_agg(DISTINCT ins.province_code) FROM partners_partner ins
        WHERE ins.kind = 'institution' AND ins.province_code <> '' AND EXISTS (
            SELECT 1 FROM catalogue_course co WHERE co.institution_id = ins.id AND co.mode <> 'online' AND co.is_curated)), '[]'::json),
    'balance', (SELECT balance FROM reader),
    'province_code', coalesce((SELECT province_code FROM reader), ''),
    'courses', coalesce((SELECT json_agg(to_json(card)) FROM card), '[]'::json)
)::text
