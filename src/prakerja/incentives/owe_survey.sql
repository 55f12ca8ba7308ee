-- owe_survey: what an answered survey is paid leaves the reserve: from now on it is owed.
--
-- Runs as the owner of the tables (ADR 0050): the participants' door may let this be owed, once for each answered survey and as much
-- as the scheme says, and write neither transfers nor balances.
-- Writes: ledger_balance, ledger_transfer (ADR 0006).
-- Locks: the reserve. That it is owed once is the unique key of transfers: person, event, kind.
CREATE OR REPLACE FUNCTION owe_survey(
    p_person_id uuid, p_incentive_id uuid, p_at timestamptz, p_transfer_id uuid,
    OUT reason text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_owed record;
    v_reserve bigint;
BEGIN
    SELECT incentive.amount, award.reserve_id INTO v_owed
      FROM incentives_incentive incentive
      JOIN surveys_response response ON response.person_id = p_person_id AND response.id = incentive.response_id
      JOIN awards_award award ON award.person_id = p_person_id AND award.id = incentive.award_id
      JOIN programmes_schemeversion scheme ON scheme.id = award.scheme_version_id
     WHERE incentive.person_id = p_person_id AND incentive.id = p_incentive_id
       AND incentive.kind = 'survey' AND incentive.status = 'due'
       AND response.submitted_at IS NOT NULL AND award.ended_at IS NULL
       AND incentive.amount = (scheme.data #>> '{survey,amount}')::bigint;
    IF NOT FOUND THEN reason := 'nothing_owed'; RETURN; END IF;
    SELECT amount INTO v_reserve FROM ledger_balance
     WHERE person_id = p_person_id AND id = v_owed.reserve_id FOR NO KEY UPDATE;
    IF v_reserve < v_owed.amount THEN reason := 'balance_too_low'; RETURN; END IF;

    -- Reserve (4) to incentives_payable (6): money.md "Events".
    UPDATE ledger_balance SET amount = v_reserve - v_owed.amount
     WHERE person_id = p_person_id AND id = v_owed.reserve_id;
    INSERT INTO ledger_transfer (id, person_id, event_id, kind, debit_id, credit_id, balance_id, amount, at)
    VALUES (p_transfer_id, p_person_id, p_incentive_id, 'survey_due', 4, 6, v_owed.reserve_id, v_owed.amount, p_at);
END $$;
-- Everybody may call a new function; who may call this one, config/rights.toml says.
REVOKE EXECUTE ON FUNCTION owe_survey(uuid, uuid, timestamptz, uuid) FROM PUBLIC;
