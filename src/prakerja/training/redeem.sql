-- redeem: the code of a bought class is entered at its institution; from now on the institution is owed the price.
--
-- Writes: vouchers_voucher, training_attendance, ledger_transfer, notifications_message, audit_record (ADR 0006).
-- Locks: the voucher. The order of refusals is the published one: found → type → window → owner → code void →
-- transaction void → used (contract.md 2.7). `p_method` is commit, verification_page or on_site; only the page knows an e-mail.
-- Returns the class and the purchase too, because the answer of `/commit` tells them: one question less.
CREATE OR REPLACE FUNCTION redeem(
    p_person_id uuid, p_voucher_id uuid, p_institution_id uuid, p_at timestamptz, p_wall timestamptz,
    p_attendance_id uuid, p_transfer_id uuid, p_message_id uuid, p_message_parameters bytea, p_audit_id uuid,
    p_method text DEFAULT 'commit', p_email_index bytea DEFAULT NULL,
    OUT reason text, OUT course_code text, OUT schedule_code text, OUT starts_at timestamptz, OUT ends_at timestamptz,
    OUT delivery text, OUT mode text, OUT invoice_code text, OUT platform_name text
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_voucher record;
    v_class record;
BEGIN
    SELECT * INTO v_voucher FROM vouchers_voucher
     WHERE person_id = p_person_id AND id = p_voucher_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN reason := 'code_unknown'; RETURN; END IF;
    SELECT course.mode, course.delivery, course.code AS course_code, run.code AS run_code, run.starts_at, run.ends_at,
           run.cancelled_at, institution.payable_id, purchase.invoice_code, platform.name AS platform_name
      INTO v_class
      FROM catalogue_courserun run
      JOIN catalogue_course course ON course.id = run.course_id
      JOIN partners_partner institution ON institution.id = v_voucher.institution_id
      LEFT JOIN purchases_purchase purchase ON purchase.person_id = p_person_id AND purchase.voucher_id = p_voucher_id
      LEFT JOIN partners_partner platform ON platform.id = purchase.platform_id
     WHERE run.id = v_voucher.course_run_id;
    -- An on-site class takes attendance at its door, an online one never does (contract.md G4; `policies.fits_way`).
    IF v_class.mode = 'onsite' AND p_method <> 'on_site' OR v_class.mode = 'online' AND p_method = 'on_site' THEN
        reason := 'type_mismatch'; RETURN;
    END IF;
    -- The dates come before a void, as published. A class that was called off has no hour at which a code could be entered
    -- (`training.facts.window_of`); a code that was taken back for it says so.
    IF v_voucher.status = 'expired' OR v_voucher.status = 'issued' AND v_class.cancelled_at IS NOT NULL
       OR v_voucher.status <> 'redeemed'
          AND (p_at < v_voucher.redeemable_from OR p_at >= v_voucher.redeemable_until) THEN
        reason := 'outside_window'; RETURN;
    END IF;
    IF v_voucher.institution_id <> p_institution_id THEN reason := 'not_owner'; RETURN; END IF;
    IF v_voucher.status = 'cancelled' THEN
        reason := CASE v_voucher.cancel_reason WHEN 'code_voided' THEN 'code_void' ELSE 'transaction_void' END; RETURN;
    END IF;
    IF v_voucher.status <> 'issued' THEN reason := 'code_used'; RETURN; END IF;

    UPDATE vouchers_voucher SET status = 'redeemed', redeemed_at = p_at
     WHERE person_id = p_person_id AND id = p_voucher_id;
    INSERT INTO training_attendance (id, person_id, voucher_id, sequence, method, institution_email_index, verified_at)
    VALUES (p_attendance_id, p_person_id, p_voucher_id, 1, p_method, p_email_index, p_at);
    INSERT INTO ledger_transfer (id, person_id, event_id, kind, debit_id, credit_id, amount, at)
    VALUES (p_transfer_id, p_person_id, p_voucher_id, 'redeem', 5, v_class.payable_id, v_voucher.amount, p_at);
    INSERT INTO notifications_message (id, person_id, template, channel, parameters_enc, status, created_at, send_after,
                                       sent_at, attempt_count, dedupe_key)
    VALUES (p_message_id, p_person_id, 'code_redeemed', 'dashboard', p_message_parameters, 'delivered', p_at, p_at, p_at, 0,
            'redeemed:' || p_voucher_id);
    INSERT INTO audit_record (id, person_id, action, actor_kind, actor_id, subject_kind, subject_id, at, recorded_at, data)
    VALUES (p_audit_id, p_person_id, 'voucher.redeemed', 'partner', p_institution_id::text, 'voucher', p_voucher_id,
            p_at, p_wall, jsonb_build_object('amount', v_voucher.amount));
    course_code := v_class.course_code;
    schedule_code := v_class.run_code;
    starts_at := v_class.starts_at;
    ends_at := v_class.ends_at;
    delivery := v_class.delivery;
    mode := v_class.mode;
    invoice_code := v_class.invoice_code;
    platform_name := v_class.platform_name;
END $$;
