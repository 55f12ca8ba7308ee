-- purchase_refusal: the one list of checks that send-otp and authorize share (model.md F, in its order).
--
-- Returns the reason of the first refusal, or NULL, and writes nothing. `authorise` calls it again after it has
-- locked the wallet: the function is VOLATILE on purpose, so that each statement sees what a winner committed meanwhile.
-- Seats are looked at here and taken elsewhere. Age, education and balance are told only after everything else, so that
-- a card number alone tells a stranger nothing (decisions.md 58).
CREATE OR REPLACE FUNCTION purchase_refusal(
    p_person_id uuid, p_award_id uuid, p_platform_id uuid, p_platform_user text,
    p_course_code text, p_schedule_code text, p_amount bigint, p_at timestamptz
) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_run record;
    v_award record;
    v_person record;
    v_taken boolean;
BEGIN
    SELECT run.id, run.course_id, course.code AS course_code, course.delivery, course.min_age, course.min_education,
           run.starts_at, run.ends_at, listing.id AS listing_id, listing.price,
           EXISTS (SELECT 1 FROM catalogue_courserunseats seats
                    WHERE seats.course_run_id = run.id AND seats.seats_taken < seats.capacity) AS has_seat
      INTO v_run
      FROM catalogue_courserun run
      JOIN catalogue_course course ON course.id = run.course_id
      LEFT JOIN catalogue_listing listing
             ON listing.course_id = course.id AND listing.platform_id = p_platform_id AND listing.ended_at IS NULL
     WHERE run.code = p_schedule_code AND run.cancelled_at IS NULL;
    IF NOT FOUND THEN RETURN 'run_unknown'; END IF;
    IF v_run.course_code <> p_course_code THEN
        IF NOT EXISTS (SELECT 1 FROM catalogue_course WHERE code = p_course_code) THEN RETURN 'course_unknown'; END IF;
        RETURN 'run_of_other_course';
    END IF;
    IF v_run.listing_id IS NULL THEN RETURN 'not_listed'; END IF;
    -- A live class is not sold once it has begun; a self-paced one has an access period (decisions.md 19).
    IF p_at >= (CASE v_run.delivery WHEN 'live' THEN v_run.starts_at ELSE v_run.ends_at END) THEN
        RETURN 'class_begun';
    END IF;
    IF NOT v_run.has_seat THEN RETURN 'class_full'; END IF;

    IF p_award_id IS NULL THEN RETURN 'card_unknown'; END IF;
    SELECT award.status, award.videos_done_at, award.first_purchase_at, award.purchase_deadline_at,
           wallet.spendable_until, wallet.closed_at, balance.amount AS balance,
           scheme.allows_promotions, scheme.video_count
      INTO v_award
      FROM intake_award award
      JOIN programmes_schemeversion scheme ON scheme.id = award.scheme_version_id
      JOIN wallets_wallet wallet ON wallet.person_id = award.person_id AND wallet.id = award.wallet_id
      JOIN ledger_balance balance ON balance.person_id = wallet.person_id AND balance.id = wallet.balance_id
     WHERE award.person_id = p_person_id AND award.id = p_award_id;
    IF NOT FOUND THEN RETURN 'card_unknown'; END IF;
    IF v_award.status <> 'active' THEN RETURN 'award_ended'; END IF;
    IF v_award.video_count > 0 AND v_award.videos_done_at IS NULL THEN RETURN 'videos_unfinished'; END IF;
    IF v_award.first_purchase_at IS NULL AND p_at >= v_award.purchase_deadline_at THEN RETURN 'deadline_passed'; END IF;
    IF v_award.closed_at IS NOT NULL OR p_at >= v_award.spendable_until THEN RETURN 'balance_expired'; END IF;
    -- One account of a platform is one card, both ways (programme.md 6.2).
    SELECT EXISTS (SELECT 1 FROM purchases_platformuserclaim
                    WHERE platform_id = p_platform_id AND platform_user = p_platform_user AND person_id <> p_person_id)
        OR EXISTS (SELECT 1 FROM purchases_platformuserclaim
                    WHERE platform_id = p_platform_id AND person_id = p_person_id AND platform_user <> p_platform_user)
      INTO v_taken;
    IF v_taken THEN RETURN 'account_bound'; END IF;
    IF EXISTS (SELECT 1 FROM purchases_purchase
                WHERE person_id = p_person_id AND course_id = v_run.course_id AND status = 'succeeded') THEN
        RETURN 'course_bought_before';
    END IF;
    IF EXISTS (SELECT 1 FROM purchases_purchase
                WHERE person_id = p_person_id AND award_id = p_award_id AND is_open) THEN
        RETURN 'previous_unfinished';
    END IF;
    IF p_amount <> v_run.price AND NOT (v_award.allows_promotions AND EXISTS (
            SELECT 1 FROM catalogue_promotion promotion
             WHERE promotion.listing_id = v_run.listing_id AND p_amount = v_run.price - promotion.discount
               AND promotion.starts_at <= p_at AND p_at < promotion.ends_at)) THEN
        RETURN 'price_mismatch';
    END IF;
    SELECT birth_date, education, blocked_at INTO v_person FROM people_person WHERE id = p_person_id;
    IF v_person.blocked_at IS NOT NULL THEN RETURN 'award_ended'; END IF;
    IF extract(year FROM age((p_at AT TIME ZONE 'Asia/Jakarta')::date, v_person.birth_date)) < v_run.min_age
       OR v_person.education < v_run.min_education THEN
        RETURN 'requirements_not_met';
    END IF;
    IF p_amount > v_award.balance THEN RETURN 'balance_too_low'; END IF;
    RETURN NULL;
END $$;
