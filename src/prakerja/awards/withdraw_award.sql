-- withdraw_award: the participant gives the award back before the first purchase; what it held goes back to the programme.
--
-- Runs as the owner of the tables (ADR 0050), so that the participants' door moves this money and no other: it may call this and
-- write neither transfers nor balances.
-- Writes: awards_award, wallets_wallet, ledger_balance, ledger_transfer (ADR 0006).
-- Locks: the wallet's balance → the award → the reserve. A purchase that holds the balance wins: afterwards one looks again.
-- `released`: the rupiah that went back. The message and the trail are the caller's, in the same transaction.
CREATE OR REPLACE FUNCTION withdraw_award(
    p_person_id uuid, p_at timestamptz, p_balance_transfer_id uuid, p_reserve_transfer_id uuid,
    OUT reason text, OUT award_id uuid, OUT released bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_award record;
    v_wallet record;
    v_spendable bigint;
    v_reserve bigint;
BEGIN
    released := 0;
    SELECT id, wallet_id INTO v_award FROM awards_award
     WHERE person_id = p_person_id ORDER BY awarded_at DESC LIMIT 1;
    IF NOT FOUND THEN reason := 'no_award'; RETURN; END IF;
    award_id := v_award.id;
    SELECT balance_id INTO v_wallet FROM wallets_wallet WHERE person_id = p_person_id AND id = v_award.wallet_id;
    SELECT amount INTO v_spendable FROM ledger_balance
     WHERE person_id = p_person_id AND id = v_wallet.balance_id FOR NO KEY UPDATE;
    SELECT id, wallet_id, reserve_id, status, first_purchase_at INTO v_award FROM awards_award
     WHERE person_id = p_person_id AND id = v_award.id FOR NO KEY UPDATE;
    IF v_award.status = 'suspended' THEN reason := 'award_suspended'; RETURN; END IF;
    IF v_award.status <> 'active' THEN reason := 'award_ended'; RETURN; END IF;
    IF v_award.first_purchase_at IS NOT NULL THEN reason := 'already_bought'; RETURN; END IF;
    -- A wallet that was swept before holds nothing and keeps its instant.
    SELECT balance_id, closed_at INTO v_wallet FROM wallets_wallet
     WHERE person_id = p_person_id AND id = v_award.wallet_id;
    SELECT amount INTO v_reserve FROM ledger_balance
     WHERE person_id = p_person_id AND id = v_award.reserve_id FOR NO KEY UPDATE;

    -- Wallet (3) and reserve (4) go to the programme's funds (2): money.md "Events".
    IF v_wallet.closed_at IS NULL AND v_spendable > 0 THEN
        UPDATE ledger_balance SET amount = 0 WHERE person_id = p_person_id AND id = v_wallet.balance_id;
        INSERT INTO ledger_transfer (id, person_id, event_id, kind, debit_id, credit_id, balance_id, amount, at)
        VALUES (p_balance_transfer_id, p_person_id, v_award.id, 'revoke_balance', 3, 2, v_wallet.balance_id,
                v_spendable, p_at);
        released := released + v_spendable;
    END IF;
    UPDATE wallets_wallet SET closed_at = p_at
     WHERE person_id = p_person_id AND id = v_award.wallet_id AND closed_at IS NULL;
    IF v_reserve > 0 THEN
        UPDATE ledger_balance SET amount = 0 WHERE person_id = p_person_id AND id = v_award.reserve_id;
        INSERT INTO ledger_transfer (id, person_id, event_id, kind, debit_id, credit_id, balance_id, amount, at)
        VALUES (p_reserve_transfer_id, p_person_id, v_award.id, 'revoke_reserve', 4, 2, v_award.reserve_id,
                v_reserve, p_at);
        released := released + v_reserve;
    END IF;
    UPDATE awards_award SET status = 'withdrawn', ended_at = p_at, end_reason = 'withdrawn', suspended_at = NULL
     WHERE person_id = p_person_id AND id = v_award.id;
END $$;
-- Everybody may call a new function; who may call this one, config/rights.toml says.
REVOKE EXECUTE ON FUNCTION withdraw_award(uuid, timestamptz, uuid, uuid) FROM PUBLIC;
