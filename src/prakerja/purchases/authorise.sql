-- authorise: the OTP is right, so the training is bought: debit, seat, voucher, purchase, messages, in one commit.
--
-- Writes: purchases_paymentintent, access_otpguard, ledger_balance, ledger_transfer, catalogue_courserunseats,
--   vouchers_voucher, vouchers_codeclaim, purchases_purchase, purchases_invoiceclaim, purchases_referenceclaim,
--   purchases_platformuserclaim, awards_award.first_purchase_at, notifications_message, audit_record (ADR 0006).
-- Locks, each FOR NO KEY UPDATE, and a look again after each: intent → otp guard → wallet balance → seats.
-- A refusal returns before the first write, except a wrong OTP, which is counted although the request fails. Too many of
-- a day shut the platform, or the day, for this person: those guards are written last, and nobody waits for more while
-- holding them.
CREATE OR REPLACE FUNCTION authorise(
    p_person_id uuid, p_intent_id uuid, p_platform_id uuid, p_token_hash bytea, p_otp_hash bytea,
    p_invoice_code text, p_invoice_url text, p_at timestamptz, p_wall timestamptz,
    p_purchase_id uuid, p_voucher_id uuid, p_code_enc bytea, p_code_index bytea, p_reference text,
    p_slice integer, p_transfer_id uuid, p_invoice_claim_id uuid, p_user_claim_id uuid,
    p_email_id uuid, p_email_parameters bytea, p_dashboard_id uuid, p_dashboard_parameters bytea, p_audit_id uuid,
    OUT reason text, OUT tries_left integer, OUT locked_until timestamptz, OUT reference text, OUT amount bigint,
    OUT status text, OUT name text
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_intent record;
    v_guard record;
    v_wallet record;
    v_limits record;
    v_facts record;
    v_from timestamptz;
    v_until timestamptz;
    v_starts_at timestamptz;
    v_ends_at timestamptz;
    v_slice integer;
    v_seats_id uuid;
    v_tries integer;
    v_wrong record;
    v_midnight timestamptz := ((p_at AT TIME ZONE 'Asia/Jakarta')::date)::timestamp AT TIME ZONE 'Asia/Jakarta';
BEGIN
    SELECT intent.*, EXISTS (SELECT 1 FROM purchases_invoiceclaim
                              WHERE platform_id = p_platform_id AND invoice_code = p_invoice_code) AS is_invoice_used
      INTO v_intent
      FROM purchases_paymentintent intent
     WHERE intent.person_id = p_person_id AND intent.id = p_intent_id FOR NO KEY UPDATE;
    IF NOT FOUND OR v_intent.platform_id <> p_platform_id OR v_intent.token_hash <> p_token_hash THEN
        reason := 'token_invalid'; RETURN;
    END IF;
    -- An honest retry is recognised before the OTP is looked at: the first answer, with the present status.
    IF v_intent.status = 'consumed' THEN
        SELECT purchase.reference, purchase.amount, purchase.status, person.name
          INTO reference, amount, status, name
          FROM purchases_purchase purchase JOIN people_person person ON person.id = purchase.person_id
         WHERE purchase.person_id = p_person_id AND purchase.intent_id = p_intent_id
           AND purchase.invoice_code = p_invoice_code;
        IF NOT FOUND THEN reason := 'token_used'; END IF;
        RETURN;
    END IF;
    IF v_intent.status = 'replaced' THEN reason := 'token_invalid'; RETURN; END IF;

    SELECT guard.id, guard.tries,
           greatest(guard.locked_until, (SELECT max(wider.locked_until) FROM access_otpguard wider
                                          WHERE wider.person_id = p_person_id AND wider.purpose = 'purchase'
                                            AND wider.scope IN (p_platform_id::text, ''))) AS locked_until
      INTO v_guard FROM access_otpguard guard
     WHERE guard.person_id = p_person_id AND guard.purpose = 'purchase'
       AND guard.scope = p_platform_id || ':' || v_intent.platform_user FOR NO KEY UPDATE OF guard;
    IF v_guard.locked_until > p_at THEN
        reason := 'otp_locked'; locked_until := v_guard.locked_until; RETURN;
    END IF;
    IF v_intent.status = 'locked' OR p_at >= v_intent.expires_at THEN reason := 'otp_expired'; RETURN; END IF;
    -- Whoever holds the wallet decides: revocation, sweep, void and another purchase of this person wait here.
    SELECT balance.id AS balance_id INTO v_wallet
      FROM awards_award award
      JOIN wallets_wallet wallet ON wallet.person_id = award.person_id AND wallet.id = award.wallet_id
      JOIN ledger_balance balance ON balance.person_id = wallet.person_id AND balance.id = wallet.balance_id
     WHERE award.person_id = p_person_id AND award.id = v_intent.award_id
       FOR NO KEY UPDATE OF balance;
    IF v_intent.otp_hash <> p_otp_hash THEN
        v_tries := v_guard.tries + 1;
        SELECT scheme.otp_tries, scheme.otp_lock_min, scheme.otp_wrong_per_day_platform, scheme.otp_wrong_per_day_person
          INTO v_limits
          FROM awards_award award JOIN programmes_schemeversion scheme ON scheme.id = award.scheme_version_id
         WHERE award.person_id = p_person_id AND award.id = v_intent.award_id;
        SELECT coalesce(sum(failed_count) FILTER (WHERE platform_id = p_platform_id), 0) + 1 AS by_platform,
               coalesce(sum(failed_count), 0) + 1 AS by_all
          INTO v_wrong
          FROM purchases_paymentintent WHERE person_id = p_person_id AND created_at >= v_midnight;
        IF v_tries >= v_limits.otp_tries THEN
            locked_until := p_at + make_interval(mins => v_limits.otp_lock_min);
        END IF;
        IF v_wrong.by_platform >= v_limits.otp_wrong_per_day_platform THEN
            locked_until := v_midnight + interval '1 day';
            INSERT INTO access_otpguard (id, person_id, purpose, scope, tries, sent_today, locked_until)
            VALUES (p_invoice_claim_id, p_person_id, 'purchase', p_platform_id::text, 0, 0, authorise.locked_until)
            ON CONFLICT (person_id, purpose, scope) DO UPDATE SET locked_until = excluded.locked_until;
        END IF;
        IF v_wrong.by_all >= v_limits.otp_wrong_per_day_person THEN
            locked_until := v_midnight + interval '1 day';
            UPDATE access_otpguard guard SET locked_until = authorise.locked_until
             WHERE guard.person_id = p_person_id AND guard.purpose = 'purchase' AND guard.scope = '';
        END IF;
        IF locked_until IS NULL THEN
            reason := 'otp_wrong'; tries_left := v_limits.otp_tries - v_tries;
            UPDATE access_otpguard guard SET tries = v_tries
             WHERE guard.person_id = p_person_id AND guard.id = v_guard.id;
            UPDATE purchases_paymentintent intent SET failed_count = failed_count + 1
             WHERE intent.person_id = p_person_id AND intent.id = p_intent_id;
            RETURN;
        END IF;
        reason := 'otp_locked';
        UPDATE access_otpguard guard SET tries = 0, locked_until = authorise.locked_until
         WHERE guard.person_id = p_person_id AND guard.id = v_guard.id;
        UPDATE purchases_paymentintent intent SET status = 'locked', failed_count = failed_count + 1
         WHERE intent.person_id = p_person_id AND intent.id = p_intent_id;
        -- The owner of the card is told, and so are operators; the ids are those of what was not bought.
        INSERT INTO notifications_message (id, person_id, template, channel, parameters_enc, status, created_at, send_after,
                                           sent_at, attempt_count, dedupe_key)
        VALUES (p_email_id, p_person_id, 'purchase_codes_wrong', 'sms', p_email_parameters, 'queued', p_at, p_at, NULL, 0,
                'codes_wrong:' || p_intent_id || ':sms'),
               (p_dashboard_id, p_person_id, 'purchase_codes_wrong', 'dashboard', p_dashboard_parameters, 'delivered', p_at,
                p_at, p_at, 0, 'codes_wrong:' || p_intent_id || ':dashboard');
        INSERT INTO audit_record (id, person_id, action, actor_kind, actor_id, subject_kind, subject_id, at, recorded_at,
                                  data)
        VALUES (p_audit_id, p_person_id, 'purchase.otp_locked', 'partner', p_platform_id::text, 'payment_intent',
                p_intent_id, p_at, p_wall, jsonb_build_object('wrong_today', v_wrong.by_platform));
        RETURN;
    END IF;

    v_facts := check_purchase(p_person_id, v_intent.award_id, p_platform_id, v_intent.platform_user,
                              v_intent.course_run_id, v_intent.amount, p_at);
    IF v_facts.reason IS NOT NULL THEN reason := v_facts.reason; RETURN; END IF;
    IF v_intent.is_invoice_used THEN reason := 'invoice_used'; RETURN; END IF;

    -- Seats: start at a random slice, go upwards only, once more from the first; any other order deadlocks (architecture.md "Hot calls").
    -- The dates are read by the statement that takes the seat: an institution that moves the class makes its seats anew in
    -- the same commit (catalogue.schedules), so a seat and the dates beside it are always of one version.
    v_slice := p_slice % v_facts.slices;
    <<again>>
    FOR v_pass IN 1..2 LOOP
        FOR v_candidate IN v_slice..v_facts.slices - 1 LOOP
            UPDATE catalogue_courserunseats seats SET seats_taken = seats.seats_taken + 1
              FROM catalogue_courserun run
             WHERE seats.course_run_id = v_intent.course_run_id AND seats.slice = v_candidate
               AND seats.seats_taken < seats.capacity AND run.id = seats.course_run_id AND run.cancelled_at IS NULL
            RETURNING seats.id, run.starts_at, run.ends_at INTO v_seats_id, v_starts_at, v_ends_at;
            EXIT again WHEN FOUND;
        END LOOP;
        EXIT WHEN v_slice = 0;
        v_slice := 0;
    END LOOP;
    IF v_seats_id IS NULL THEN reason := 'class_full'; RETURN; END IF;

    -- Values unique across people are claimed last; a claim lost to a rival gives the seat back, exactly.
    INSERT INTO purchases_invoiceclaim (id, platform_id, invoice_code, person_id, purchase_id)
    VALUES (p_invoice_claim_id, p_platform_id, p_invoice_code, p_person_id, p_purchase_id)
    ON CONFLICT (platform_id, invoice_code) DO NOTHING;
    IF NOT FOUND THEN
        UPDATE catalogue_courserunseats SET seats_taken = seats_taken - 1
         WHERE course_run_id = v_intent.course_run_id AND id = v_seats_id;
        reason := 'invoice_used'; RETURN;
    END IF;
    INSERT INTO purchases_platformuserclaim (id, platform_id, platform_user, person_id)
    VALUES (p_user_claim_id, p_platform_id, v_intent.platform_user, p_person_id) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        IF NOT EXISTS (
                SELECT 1 FROM purchases_platformuserclaim
                 WHERE platform_id = p_platform_id AND platform_user = v_intent.platform_user
                   AND person_id = p_person_id) THEN
            UPDATE catalogue_courserunseats SET seats_taken = seats_taken - 1
             WHERE course_run_id = v_intent.course_run_id AND id = v_seats_id;
            DELETE FROM purchases_invoiceclaim WHERE platform_id = p_platform_id AND invoice_code = p_invoice_code;
            reason := 'account_bound'; RETURN;
        END IF;
    END IF;
    INSERT INTO purchases_referenceclaim (reference, person_id, purchase_id)
    VALUES (p_reference, p_person_id, p_purchase_id);
    INSERT INTO vouchers_codeclaim (index, person_id, voucher_id) VALUES (p_code_index, p_person_id, p_voucher_id);

    IF v_facts.delivery = 'live' THEN
        v_from := v_starts_at - make_interval(mins => v_facts.redeem_before_min);
        -- The whole second at the end still counts: 10:00:00 is in time, 10:00:01 late (rules.md 14.7).
        v_until := CASE WHEN v_facts.redeem_after_min IS NULL THEN v_ends_at
                        ELSE v_starts_at + make_interval(mins => v_facts.redeem_after_min, secs => 1) END;
    ELSE
        v_from := CASE WHEN v_facts.self_paced_from_purchase THEN p_at ELSE v_starts_at END;
        v_until := v_ends_at;
    END IF;
    v_until := least(v_until, v_facts.complete_until);
    INSERT INTO vouchers_voucher (id, person_id, code_enc, institution_id, course_run_id, amount, status, cancel_reason,
                                  issued_at, redeemable_from, redeemable_until)
    VALUES (p_voucher_id, p_person_id, p_code_enc, v_facts.institution_id, v_intent.course_run_id, v_intent.amount, 'issued', '',
            p_at, v_from, v_until);
    INSERT INTO purchases_purchase (id, person_id, award_id, intent_id, voucher_id, platform_id, course_id, course_run_id,
                                    number, reference, invoice_code, invoice_url, amount, status, is_open, authorised_at)
    VALUES (p_purchase_id, p_person_id, v_intent.award_id, p_intent_id, p_voucher_id, p_platform_id, v_facts.course_id,
            v_intent.course_run_id, v_facts.purchases_before + 1, p_reference, p_invoice_code, p_invoice_url, v_intent.amount, 'succeeded', true, p_at);
    UPDATE ledger_balance balance SET amount = balance.amount - v_intent.amount
     WHERE balance.person_id = p_person_id AND balance.id = v_wallet.balance_id;
    INSERT INTO ledger_transfer (id, person_id, event_id, kind, debit_id, credit_id, balance_id, amount, at)
    VALUES (p_transfer_id, p_person_id, p_purchase_id, 'purchase', 3, 5, v_wallet.balance_id, v_intent.amount, p_at);
    UPDATE purchases_paymentintent intent SET status = 'consumed'
     WHERE intent.person_id = p_person_id AND intent.id = p_intent_id;
    IF v_guard.tries > 0 THEN
        UPDATE access_otpguard guard SET tries = 0 WHERE guard.person_id = p_person_id AND guard.id = v_guard.id;
    END IF;
    IF v_facts.first_purchase_at IS NULL THEN
        UPDATE awards_award award SET first_purchase_at = p_at
         WHERE award.person_id = p_person_id AND award.id = v_intent.award_id;
    END IF;
    INSERT INTO notifications_message (id, person_id, template, channel, parameters_enc, status, created_at, send_after,
                                       sent_at, attempt_count, dedupe_key)
    VALUES (p_email_id, p_person_id, 'purchase_ok', 'email', p_email_parameters, 'queued', p_at, p_at, NULL, 0,
            'purchase:' || p_purchase_id || ':email'),
           (p_dashboard_id, p_person_id, 'purchase_ok', 'dashboard', p_dashboard_parameters, 'delivered', p_at, p_at, p_at, 0,
            'purchase:' || p_purchase_id || ':dashboard');
    INSERT INTO audit_record (id, person_id, action, actor_kind, actor_id, subject_kind, subject_id, at, recorded_at, data)
    VALUES (p_audit_id, p_person_id, 'purchase.authorised', 'partner', p_platform_id::text, 'purchase', p_purchase_id,
            p_at, p_wall, jsonb_build_object('amount', v_intent.amount));
    reference := p_reference; amount := v_intent.amount; status := 'succeeded'; name := v_facts.person_name;
END $$;
