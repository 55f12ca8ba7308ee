-- redeem_on_page: `redeem` for the first attendance on the verification page, of a code for which an institution opened that page.
--
-- Runs as the owner of the tables (ADR 0050): the participants' door may use a code up where a signed call of its institution
-- waits for it, and write neither vouchers nor transfers.
-- By itself it writes nothing: `redeem` does, and refuses.
-- Locks nothing before it: the caller holds the voucher.
CREATE OR REPLACE FUNCTION redeem_on_page(
    p_person_id uuid, p_attempt_id uuid, p_at timestamptz, p_wall timestamptz, p_attendance_id uuid, p_transfer_id uuid,
    p_message_id uuid, p_message_parameters bytea, p_audit_id uuid,
    OUT reason text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_attempt record;
BEGIN
    SELECT attempt.voucher_id, attempt.institution_email_index, voucher.institution_id INTO v_attempt
      FROM training_attendanceattempt attempt
      JOIN vouchers_voucher voucher ON voucher.person_id = p_person_id AND voucher.id = attempt.voucher_id
     WHERE attempt.person_id = p_person_id AND attempt.id = p_attempt_id
       AND attempt.status = 'open' AND attempt.sequence = 1 AND p_at < attempt.expires_at;
    IF NOT FOUND THEN reason := 'state_unknown'; RETURN; END IF;
    SELECT answer.reason INTO reason
      FROM redeem(p_person_id => p_person_id, p_voucher_id => v_attempt.voucher_id,
                  p_institution_id => v_attempt.institution_id, p_at => p_at, p_wall => p_wall,
                  p_attendance_id => p_attendance_id, p_transfer_id => p_transfer_id, p_message_id => p_message_id,
                  p_message_parameters => p_message_parameters, p_audit_id => p_audit_id,
                  p_method => 'verification_page', p_email_index => v_attempt.institution_email_index) answer;
END $$;
-- Everybody may call a new function; who may call this one, config/rights.toml says.
REVOKE EXECUTE ON FUNCTION
    redeem_on_page(uuid, uuid, timestamptz, timestamptz, uuid, uuid, uuid, bytea, uuid) FROM PUBLIC;
