-- check_purchase: the one list of checks that send-otp and authorize share (decisions.md 73, in its order), and what it read.
--
-- Returns the reason of the first refusal, or NULL, with the facts that its callers go on with; it writes nothing.
-- `authorise` calls it after it has locked the wallet: the function is VOLATILE on purpose, so that each statement sees
-- what a winner committed meanwhile. Two statements, because in a hot call a statement costs more than what it reads.
-- Seats are looked at here and taken elsewhere. Age, education and balance are told only after everything else, so that
-- a card number alone tells a stranger nothing (decisions.md 58).
CREATE OR REPLACE FUNCTION check_purchase(
    p_person_id uuid, p_award_id uuid, p_platform_id uuid, p_platform_user text, p_run_id uuid, p_amount bigint,
    p_at timestamptz,
    OUT reason text, OUT course_id uuid, OUT institution_id uuid, OUT delivery text, OUT starts_at timestamptz,
    OUT ends_at timestamptz, OUT slices integer, OUT person_name text, OUT first_purchase_at timestamptz,
    OUT purchases_before integer, OUT redeem_before_min integer, OUT redeem_after_min integer,
    OUT self_paced_from_purchase boolean, OUT complete_until timestamptz
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_run record;
    v_award record;
BEGIN
    SELECT run.course_id, course.institution_id, course.delivery, course.min_age, course.min_education,
           run.starts_at, run.ends_at, listing.id AS listing_id, listing.price, seats.slices, seats.is_left
      INTO v_run
      FROM catalogue_courserun run
      JOIN catalogue_course course ON course.id = run.course_id
      LEFT JOIN catalogue_listing listing
             ON listing.course_id = course.id AND listing.platform_id = p_platform_id AND listing.ended_at IS NULL
     CROSS JOIN LATERAL (SELECT count(*) AS slices, bool_or(seats_taken < capacity) AS is_left
                           FROM catalogue_courserunseats WHERE course_run_id = run.id) seats
     WHERE run.id = p_run_id AND run.cancelled_at IS NULL;
    IF NOT FOUND THEN reason := 'run_unknown'; RETURN; END IF;
    IF v_run.listing_id IS NULL THEN reason := 'not_listed'; RETURN; END IF;
    -- A live class is not sold once it has begun; a self-paced one has an access period (decisions.md 19).
    IF p_at >= (CASE v_run.delivery WHEN 'live' THEN v_run.starts_at ELSE v_run.ends_at END) THEN
        reason := 'class_begun'; RETURN;
    END IF;
    IF NOT v_run.is_left THEN reason := 'class_full'; RETURN; END IF;

    SELECT award.status, award.wave_id, award.videos_done_at, award.first_purchase_at, award.purchase_deadline_at,
           wallet.spendable_until, wallet.closed_at,
           (SELECT amount FROM ledger_balance balance
             WHERE balance.person_id = wallet.person_id AND balance.id = wallet.balance_id) AS balance,
           scheme.allows_promotions, scheme.video_count, scheme.redeem_before_min, scheme.redeem_after_min,
           scheme.self_paced_from_purchase, scheme.complete_until,
           person.name, person.birth_date, person.education, person.blocked_at,
           bought.count, bought.has_open, bought.has_course,
           -- One account of a platform is one card, both ways (rules.md 6.2).
           EXISTS (SELECT 1 FROM purchases_platformuserclaim
                    WHERE platform_id = p_platform_id AND platform_user = p_platform_user AND person_id <> p_person_id)
        OR EXISTS (SELECT 1 FROM purchases_platformuserclaim
                    WHERE platform_id = p_platform_id AND person_id = p_person_id AND platform_user <> p_platform_user)
           AS is_bound
      INTO v_award
      FROM awards_award award
      JOIN people_person person ON person.id = award.person_id
      JOIN programmes_schemeversion scheme ON scheme.id = award.scheme_version_id
      JOIN wallets_wallet wallet ON wallet.person_id = award.person_id AND wallet.id = award.wallet_id
     CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE purchase.award_id = p_award_id) AS count,
                                bool_or(purchase.award_id = p_award_id AND purchase.is_open) AS has_open,
                                bool_or(purchase.course_id = v_run.course_id AND purchase.status = 'succeeded')
                                AS has_course
                           FROM purchases_purchase purchase WHERE purchase.person_id = p_person_id) bought
     WHERE award.person_id = p_person_id AND award.id = p_award_id;
    IF NOT FOUND THEN reason := 'card_unknown'; RETURN; END IF;
    IF v_award.status = 'suspended' THEN reason := 'award_suspended'; RETURN; END IF;
    IF v_award.status <> 'active' THEN reason := 'award_ended'; RETURN; END IF;
    IF v_award.video_count > 0 AND v_award.videos_done_at IS NULL THEN reason := 'videos_unfinished'; RETURN; END IF;
    IF v_award.first_purchase_at IS NULL AND p_at >= v_award.purchase_deadline_at
       -- Its wave has a later deadline by now, which this award has not followed yet.
       AND NOT EXISTS (SELECT 1 FROM awards_deadlinemove move
                        WHERE move.finished_at IS NULL AND move.wave_id = v_award.wave_id
                          AND move.before = v_award.purchase_deadline_at AND p_at < move.deadline) THEN
        reason := 'deadline_passed'; RETURN;
    END IF;
    IF v_award.closed_at IS NOT NULL OR p_at >= v_award.spendable_until THEN
        reason := 'balance_expired'; RETURN;
    END IF;
    -- What ends after the last day to complete a training could be neither entered nor completed in time (rules.md 12.31).
    IF (CASE v_run.delivery WHEN 'live' THEN v_run.ends_at > v_award.complete_until
                            ELSE v_run.starts_at >= v_award.complete_until END) THEN
        reason := 'class_too_late'; RETURN;
    END IF;
    IF v_award.is_bound THEN reason := 'account_bound'; RETURN; END IF;
    IF v_award.has_course THEN reason := 'course_bought_before'; RETURN; END IF;
    IF v_award.has_open THEN reason := 'previous_unfinished'; RETURN; END IF;
    IF p_amount <> v_run.price THEN
        IF NOT v_award.allows_promotions OR NOT EXISTS (
                SELECT 1 FROM catalogue_promotion promotion
                 WHERE promotion.listing_id = v_run.listing_id AND p_amount = v_run.price - promotion.discount
                   AND promotion.starts_at <= p_at AND p_at < promotion.ends_at) THEN
            reason := 'price_mismatch'; RETURN;
        END IF;
    END IF;
    IF v_award.blocked_at IS NOT NULL THEN reason := 'award_ended'; RETURN; END IF;
    IF extract(year FROM age((p_at AT TIME ZONE 'Asia/Jakarta')::date, v_award.birth_date)) < v_run.min_age
       OR v_award.education < v_run.min_education THEN
        reason := 'requirements_not_met'; RETURN;
    END IF;
    IF p_amount > v_award.balance THEN reason := 'balance_too_low'; RETURN; END IF;
    course_id := v_run.course_id;
    institution_id := v_run.institution_id;
    delivery := v_run.delivery;
    starts_at := v_run.starts_at;
    ends_at := v_run.ends_at;
    slices := v_run.slices;
    person_name := v_award.name;
    first_purchase_at := v_award.first_purchase_at;
    purchases_before := v_award.count;
    redeem_before_min := v_award.redeem_before_min;
    redeem_after_min := v_award.redeem_after_min;
    self_paced_from_purchase := v_award.self_paced_from_purchase;
    complete_until := v_award.complete_until;
END $$;
