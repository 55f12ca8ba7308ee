-- send_otp: every check of a purchase, then a new intent whose OTP is on its way. Nothing moves (rules.md 12.13).
--
-- Writes: access_otpguard, purchases_paymentintent, notifications_message, audit_record (ADR 0006).
-- Locks: the open intent that will be replaced → otp guard of (person, platform user) → guards of the platform and of the
-- person's whole day. The same order as `authorise`: the other way round the two deadlock over one purchase.
-- Two requests at the same instant queue at the guard, and the second is told to wait. The id of an intent is made from the
-- signed request, so the same request again finds its own intent and changes nothing (decisions.md 58).
CREATE OR REPLACE FUNCTION send_otp(
    p_person_id uuid, p_award_id uuid, p_platform_id uuid, p_platform_user text,
    p_course_code text, p_schedule_code text, p_amount bigint, p_at timestamptz, p_wall timestamptz,
    p_guard_id uuid, p_day_guard_id uuid, p_intent_id uuid, p_token_hash bytea, p_otp_hash bytea,
    p_message_id uuid, p_message_parameters bytea, p_audit_id uuid,
    OUT reason text, OUT locked_until timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    v_run record;
    v_facts record;
    v_limits record;
    v_guards record;
    v_sent record;
    v_today date := (p_at AT TIME ZONE 'Asia/Jakarta')::date;
    v_scope text := p_platform_id || ':' || p_platform_user;
BEGIN
    SELECT run.id, course.code INTO v_run
      FROM catalogue_courserun run JOIN catalogue_course course ON course.id = run.course_id
     WHERE run.code = p_schedule_code AND run.cancelled_at IS NULL;
    IF NOT FOUND THEN reason := 'run_unknown'; RETURN; END IF;
    IF v_run.code <> p_course_code THEN
        reason := CASE WHEN EXISTS (SELECT 1 FROM catalogue_course WHERE code = p_course_code)
                       THEN 'run_of_other_course' ELSE 'course_unknown' END;
        RETURN;
    END IF;
    v_facts := check_purchase(p_person_id, p_award_id, p_platform_id, p_platform_user, v_run.id, p_amount, p_at);
    IF v_facts.reason IS NOT NULL THEN reason := v_facts.reason; RETURN; END IF;
    SELECT scheme.otp_gap_s, scheme.otp_per_day_user, scheme.otp_per_day_platform, scheme.otp_per_day_person,
           scheme.otp_life_s
      INTO v_limits
      FROM awards_award award JOIN programmes_schemeversion scheme ON scheme.id = award.scheme_version_id
     WHERE award.person_id = p_person_id AND award.id = p_award_id;

    -- Its own account's alone: whoever asks for a code with another account of the shop ends nobody's purchase.
    PERFORM 1 FROM purchases_paymentintent
      WHERE person_id = p_person_id AND platform_id = p_platform_id AND course_run_id = v_run.id
        AND platform_user = p_platform_user AND status = 'otp_sent'
        FOR NO KEY UPDATE;
    -- An empty guard is not a decision: making the rows is allowed before the last refusal.
    INSERT INTO access_otpguard (id, person_id, purpose, scope, tries, sent_today)
    VALUES (p_guard_id, p_person_id, 'purchase', v_scope, 0, 0), (p_day_guard_id, p_person_id, 'purchase', '', 0, 0)
    ON CONFLICT (person_id, purpose, scope) DO NOTHING;
    -- The longest scope is locked first: account, platform, person. A platform's row is there only after too many wrong codes.
    SELECT max(guard.locked_until) AS locked_until,
           coalesce(max(sent_today) FILTER (WHERE scope = v_scope AND day = v_today), 0) AS by_user,
           coalesce(max(sent_today) FILTER (WHERE scope = '' AND day = v_today), 0) AS by_all
      INTO v_guards
      FROM (SELECT one.scope, one.locked_until, one.day, one.sent_today FROM access_otpguard one
             WHERE one.person_id = p_person_id AND one.purpose = 'purchase'
               AND one.scope IN (v_scope, p_platform_id::text, '')
             ORDER BY length(one.scope) DESC FOR NO KEY UPDATE) guard;
    -- The gap counts for (person, platform, account, schedule): neither another class nor another account is kept waiting.
    SELECT max(created_at) FILTER (WHERE course_run_id = v_run.id AND platform_user = p_platform_user) AS last_at,
           count(*) FILTER (WHERE created_at >= v_today::timestamp AT TIME ZONE 'Asia/Jakarta') AS by_platform,
           coalesce(bool_or(id = p_intent_id), false) AS is_repeated
      INTO v_sent
      FROM purchases_paymentintent WHERE person_id = p_person_id AND platform_id = p_platform_id;
    IF v_sent.is_repeated THEN RETURN; END IF;
    IF v_guards.locked_until > p_at THEN
        reason := 'otp_locked'; locked_until := v_guards.locked_until; RETURN;
    END IF;
    IF v_sent.last_at + make_interval(secs => v_limits.otp_gap_s) > p_at THEN reason := 'otp_too_soon'; RETURN; END IF;
    IF v_guards.by_user >= v_limits.otp_per_day_user OR v_sent.by_platform >= v_limits.otp_per_day_platform
       OR v_guards.by_all >= v_limits.otp_per_day_person THEN
        reason := 'otp_daily_limit'; RETURN;
    END IF;

    UPDATE access_otpguard SET last_sent_at = p_at, day = v_today,
           sent_today = CASE WHEN day = v_today THEN sent_today + 1 ELSE 1 END
     WHERE person_id = p_person_id AND purpose = 'purchase' AND scope IN (v_scope, '');
    UPDATE purchases_paymentintent SET status = 'replaced'
     WHERE person_id = p_person_id AND platform_id = p_platform_id AND course_run_id = v_run.id
       AND platform_user = p_platform_user AND status = 'otp_sent';
    INSERT INTO purchases_paymentintent (id, person_id, award_id, platform_id, platform_user, course_run_id, amount,
                                         token_hash, otp_hash, failed_count, status, created_at, expires_at)
    VALUES (p_intent_id, p_person_id, p_award_id, p_platform_id, p_platform_user, v_run.id, p_amount,
            p_token_hash, p_otp_hash, 0, 'otp_sent', p_at, p_at + make_interval(secs => v_limits.otp_life_s));
    INSERT INTO notifications_message (id, person_id, template, channel, parameters_enc, status, created_at, send_after,
                                       attempt_count, dedupe_key)
    VALUES (p_message_id, p_person_id, 'otp_purchase', 'sms', p_message_parameters, 'queued', p_at, p_at,
            0, 'otp:' || p_intent_id);
    INSERT INTO audit_record (id, person_id, action, actor_kind, actor_id, subject_kind, subject_id, at, recorded_at, data)
    VALUES (p_audit_id, p_person_id, 'purchase.otp_sent', 'partner', p_platform_id::text, 'payment_intent', p_intent_id,
            p_at, p_wall, '{}');
END $$;
