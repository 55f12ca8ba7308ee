-- Everything that a participant's pages show, as one JSON document in one statement.
-- Parameters: person_id (uuid), how many transactions at most (integer).
-- Every sub-select goes through UNIQUE (person_id, id) of its table, so the cost does not grow with the programme.
SELECT json_build_object(
    'person_id', p.id,
    'name', p.name,
    'province_code', p.province_code,
    'application', (
        SELECT json_build_object(
            'wave', w.number, 'status', ap.status, 'joined_at', ap.joined_at,
            'decided_at', ap.decided_at)
        FROM intake_application ap JOIN intake_wave w ON w.id = ap.wave_id
        WHERE ap.person_id = p.id ORDER BY ap.joined_at DESC LIMIT 1),
    'award', CASE WHEN a.id IS NOT NULL THEN json_build_object(
        'id', a.id, 'wave', a.wave_number, 'scheme', a.scheme_code, 'status', a.status, 'awarded_at', a.awarded_at,
        'purchase_deadline_at', a.purchase_deadline_at, 'videos_done_at', a.videos_done_at,
        'first_purchase_at', a.first_purchase_at, 'ended_at', a.ended_at, 'end_reason', a.end_reason,
        'training_waived_at', a.training_waived_at, 'revocation_held_at', a.revocation_held_at, 'revocation_released_at', a.revocation_released_at,
        'reserve', a.reserve_amount,
        'claim', (
            SELECT json_build_object('amount', cl.amount, 'due_date', cl.due_date)
            FROM incentives_repaymentclaim cl WHERE cl.person_id = p.id AND cl.award_id = a.id),
        'card_number_enc', translate(encode(a.card_number_enc, 'base64'), E'\n', ''),
        'balance', a.balance, 'spendable_until', a.spendable_until, 'closed_at', a.closed_at) END,
    'videos', coalesce((
        SELECT json_agg(json_build_object('number', v.video, 'started_at', v.started_at, 'finished_at', v.finished_at)
                        ORDER BY v.video)
        FROM awards_inductionview v WHERE v.person_id = p.id AND v.award_id = a.id), '[]'::json),
    'purchases', coalesce((
        SELECT json_agg(t.item ORDER BY t.authorised_at DESC)
        FROM (
            SELECT pu.authorised_at, json_build_object(
                'id', pu.id, 'number', pu.number, 'amount', pu.amount, 'status', pu.status,
                'reference', pu.reference, 'invoice_code', pu.invoice_code,
                'is_open', pu.is_open, 'authorised_at', pu.authorised_at, 'voided_at', pu.voided_at,
                'course_code', co.code, 'schedule_code', cr.code, 'course_title', co.title, 'delivery', co.delivery, 'mode', co.mode,
                'institution_code', ins.code, 'institution_name', ins.name, 'how_to_redeem', ins.how_to_redeem,
                'institution_website', ins.website, 'address', ins.address, 'city', ins.city, 'place_province', ins.province_code,
                'platform_code', pl.code, 'platform_name', pl.name,
                'starts_at', cr.starts_at, 'ends_at', cr.ends_at,
                'voucher_id', vo.id, 'voucher_status', vo.status,
                'code_enc', translate(encode(vo.code_enc, 'base64'), E'\n', ''),
                'redeemable_from', vo.redeemable_from, 'redeemable_until', vo.redeemable_until,
                'redeemed_at', vo.redeemed_at,
                'completion', (
                    SELECT json_build_object(
                        'id', c.id, 'completed_date', c.completed_date, 'score', c.score, 'reported_at', c.reported_at,
                        'certificates', coalesce((
                            SELECT json_agg(json_build_object('id', ce.id, 'kind', ce.kind, 'number', ce.number,
                                                              'visible_from', ce.visible_from) ORDER BY ce.visible_from)
                            FROM training_certificate ce
                            WHERE ce.person_id = p.id AND ce.completion_id = c.id), '[]'::json),
                        'rating', (
                            SELECT json_build_object('stars', r.stars, 'review', r.review, 'created_at', r.created_at,
                                              'hidden_why', r.hidden_why)
                            FROM training_rating r WHERE r.person_id = p.id AND r.completion_id = c.id))
                    FROM training_completion c
                     WHERE c.person_id = p.id AND c.voucher_id = vo.id AND c.withdrawn_at IS NULL)) AS item
            FROM purchases_purchase pu
            JOIN vouchers_voucher vo ON vo.person_id = pu.person_id AND vo.id = pu.voucher_id
            JOIN catalogue_course co ON co.id = pu.course_id
            JOIN catalogue_courserun cr ON cr.id = pu.course_run_id
            JOIN partners_partner ins ON ins.id = vo.institution_id
            JOIN partners_partner pl ON pl.id = pu.platform_id
            WHERE pu.person_id = p.id AND pu.award_id = a.id
            ORDER BY pu.authorised_at DESC LIMIT %s) t), '[]'::json),
    'account', (
        SELECT json_build_object(
            'id', ac.id, 'kind', ac.kind, 'provider', ac.provider, 'holder_name', ac.holder_name,
            'number_enc', translate(encode(ac.number_enc, 'base64'), E'\n', ''),
            'nik_matches', ac.nik_matches, 'is_kyc_complete', ac.is_kyc_complete, 'linked_at', ac.linked_at)
        FROM disbursements_payoutaccount ac WHERE ac.person_id = p.id AND ac.unlinked_at IS NULL),
    -- Accounts that money could have gone to: who had one when the year's link cut-off came may link another after it.
    'valid_accounts', coalesce((
        SELECT json_agg(json_build_object('linked_at', va.linked_at, 'unlinked_at', va.unlinked_at))
        FROM disbursements_payoutaccount va
        WHERE va.person_id = p.id AND va.nik_matches AND va.is_kyc_complete), '[]'::json),
    'incentives', coalesce((
        SELECT json_agg(json_build_object(
            'kind', i.kind, 'number', i.number, 'amount', i.amount, 'status', i.status,
            'scheduled_date', i.scheduled_date, 'pay_date', i.pay_date, 'hold_reason', i.hold_reason,
            'recheck_at', i.recheck_at, 'last_problem', i.last_problem, 'paid_at', i.paid_at)
            ORDER BY i.kind, i.number)
        FROM incentives_incentive i WHERE i.person_id = p.id AND i.award_id = a.id), '[]'::json),
    'surveys', coalesce((
        SELECT json_agg(json_build_object(
            'id', re.id, 'number', s.number, 'title', s.title, 'opens_at', re.opens_at, 'closes_at', re.closes_at,
            'submitted_at', re.submitted_at, 'closed_at', re.closed_at) ORDER BY s.number)
        FROM surveys_response re JOIN surveys_survey s ON s.id = re.survey_id
        WHERE re.person_id = p.id), '[]'::json),
    -- What left the person's hands for good, by the transfer that took it: 1 treasury, 2 programme's fund. A code that ended
    -- and was paid back when its class turned out to be cancelled is no loss.
    'losses', coalesce((
        SELECT json_agg(json_build_object(
            'kind', t.kind, 'event_id', t.event_id, 'amount', t.amount, 'at', t.at,
            'home', CASE t.credit_id WHEN 1 THEN 'treasury' ELSE 'programme' END) ORDER BY t.at, t.id)
        FROM ledger_transfer t
        WHERE t.person_id = p.id AND t.credit_id IN (1, 2) AND (t.debit_id IN (3, 4, 5, 6) OR t.kind = 'void_late')
          AND NOT (t.kind = 'voucher_expired' AND EXISTS (
              SELECT 1 FROM purchases_purchase undone
              WHERE undone.person_id = p.id AND undone.voucher_id = t.event_id AND undone.status = 'voided'))), '[]'::json),
    'unread_count', (
        SELECT count(*) FROM notifications_message m
        WHERE m.person_id = p.id AND m.channel = 'dashboard' AND m.read_at IS NULL)
)::text
FROM people_person p
LEFT JOIN LATERAL (
    SELECT aw.*, w.number AS wave_number, sv.code AS scheme_code, b.amount AS balance,
           re.amount AS reserve_amount, wa.spendable_until, wa.closed_at
    FROM awards_award aw
    JOIN intake_wave w ON w.id = aw.wave_id
    JOIN programmes_schemeversion sv ON sv.id = aw.scheme_version_id
    JOIN wallets_wallet wa ON wa.person_id = aw.person_id AND wa.id = aw.wallet_id
    JOIN ledger_balance b ON b.person_id = wa.person_id AND b.id = wa.balance_id
    JOIN ledger_balance re ON re.person_id = aw.person_id AND re.id = aw.reserve_id
    WHERE aw.person_id = p.id ORDER BY aw.awarded_at DESC LIMIT 1) a ON true
WHERE p.id = %s
