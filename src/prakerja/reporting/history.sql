-- One page of everything that happened to one person and their money, the newest first, as one JSON list in one statement.
-- Parameters (named): person_id, actions (text[], of the trail), kinds (text[], of transfers), with_messages (boolean),
-- limit, offset. Every part goes through the person's own index.
SELECT coalesce(json_agg(json_build_object(
    'source', line.source, 'kind', line.kind, 'at', line.at, 'amount', line.amount, 'by', line.by, 'number', line.number,
    'row_id', CASE WHEN line.source = 'money' THEN line.id WHEN line.kind = 'award.made' THEN line.about END,
    'purchase_id', bought.id, 'course_title', coalesce(bought.title, ''),
    'message_id', line.message_id, 'message_enc', line.message_enc)
    ORDER BY line.at DESC, line.place), '[]'::json)::text
FROM (
    SELECT part.*, row_number() OVER (ORDER BY part.at DESC, part.source, part.id DESC) AS place
    FROM (
        SELECT 'money' AS source, t.id, t.kind, t.at, t.amount, '' AS by, t.event_id AS about, i.number,
               NULL::uuid AS message_id, NULL::text AS message_enc
          FROM ledger_transfer t
          LEFT JOIN disbursements_paymentinstruction pay ON pay.person_id = t.person_id AND pay.id = t.event_id
          LEFT JOIN incentives_incentive i ON i.person_id = t.person_id AND i.id = coalesce(pay.owed_id, t.event_id)
         WHERE t.person_id = %(person_id)s AND t.kind = ANY(%(kinds)s)
        UNION ALL
        SELECT 'deed', r.id, r.action, r.at, NULL, r.actor_kind, r.subject_id, NULL, NULL, NULL
          FROM audit_record r
         WHERE r.person_id = %(person_id)s AND r.action = ANY(%(actions)s)
        UNION ALL
        SELECT 'message', m.id, m.template, m.created_at, NULL, '', NULL, NULL, m.id,
               translate(encode(m.parameters_enc, 'base64'), E'\n', '')
          FROM notifications_message m
         WHERE m.person_id = %(person_id)s AND m.channel = 'dashboard' AND m.parameters_enc IS NOT NULL
           AND %(with_messages)s) part
    ORDER BY part.at DESC, part.source, part.id DESC
    LIMIT %(limit)s OFFSET %(offset)s) line
LEFT JOIN LATERAL (
    SELECT pu.id, co.title
      FROM purchases_purchase pu
      JOIN catalogue_course co ON co.id = pu.course_id
     WHERE pu.person_id = %(person_id)s
       AND (pu.id = line.about OR pu.voucher_id = line.about OR pu.voucher_id = (
            SELECT c.voucher_id FROM training_completion c WHERE c.person_id = %(person_id)s AND c.id = line.about))
     LIMIT 1) bought ON true
