-- join_wave: a registered person asks to be selected in an open wave: one application, a ticket, a receipt by SMS.
--
-- Writes: intake_application, notifications_message, audit_record (ADR 0006).
-- Locks nothing: of two who come at the same instant the second finds the first one's row by its unique key (person, wave),
-- and gets its ticket. What speaks against somebody is `eligibility.reasons_against`, asked again here with what is known now;
-- `against` tells every reason (rules.md 3.2). The order of joining decides nothing (rules.md 3.5).
CREATE OR REPLACE FUNCTION join_wave(
    p_person_id uuid, p_wave_number integer, p_at timestamptz, p_wall timestamptz, p_application_id uuid, p_ticket text,
    p_sms_id uuid, p_sms_parameters bytea, p_sms_after timestamptz, p_note_id uuid, p_note_parameters bytea, p_audit_id uuid,
    p_nonce_enc bytea DEFAULT NULL,
    OUT reason text, OUT ticket text, OUT against text
) LANGUAGE plpgsql AS $$
DECLARE
    v_wave record;
    v_facts record;
    v_today date := (p_at AT TIME ZONE 'Asia/Jakarta')::date;
BEGIN
    SELECT wave.id, wave.opens_at, wave.closes_at, wave.announced_at,
           (scheme.data #>> '{eligibility,age_min}')::integer AS age_min,
           (scheme.data #>> '{eligibility,age_max}')::integer AS age_max,
           (scheme.data #>> '{eligibility,kk_max_recipients}')::integer AS kk_max,
           (scheme.data #>> '{eligibility,lifetime_once}')::boolean AS lifetime_once
      INTO v_wave
      FROM intake_wave wave JOIN programmes_schemeversion scheme ON scheme.id = wave.scheme_version_id
     WHERE wave.number = p_wave_number;
    IF NOT FOUND THEN reason := 'wave_unknown'; RETURN; END IF;
    SELECT application.ticket, CASE application.status WHEN 'withdrawn' THEN 'withdrawn' ELSE 'joined_already' END
      INTO ticket, reason
      FROM intake_application application WHERE application.person_id = p_person_id AND application.wave_id = v_wave.id;
    IF reason = 'joined_already' THEN RETURN; END IF;
    IF p_at < v_wave.opens_at THEN reason := 'wave_not_open'; RETURN; END IF;
    IF p_at >= v_wave.closes_at OR v_wave.announced_at IS NOT NULL THEN reason := 'wave_closed'; RETURN; END IF;

    SELECT person.birth_date, profile.id AS profile_id, profile.is_enrolled, profile.holds_excluded_post,
           EXISTS (SELECT 1 FROM awards_award award WHERE award.person_id = p_person_id) AS was_recipient,
           EXISTS (SELECT 1 FROM awards_blacklist listed WHERE listed.person_id = p_person_id) AS was_revoked,
           (SELECT count(*) FROM people_person other
             WHERE other.family_card_index = person.family_card_index AND other.id <> p_person_id
               AND EXISTS (SELECT 1 FROM awards_award award WHERE award.person_id = other.id)) AS card_recipients
      INTO v_facts
      FROM people_person person LEFT JOIN registrations_profile profile ON profile.person_id = person.id
     WHERE person.id = p_person_id;
    IF NOT FOUND THEN reason := 'person_unknown'; RETURN; END IF;
    IF v_facts.profile_id IS NULL THEN reason := 'not_registered'; RETURN; END IF;
    against := concat_ws(' ',
        CASE WHEN v_facts.birth_date > (v_today - make_interval(years => v_wave.age_min))::date
               OR v_facts.birth_date <= (v_today - make_interval(years => v_wave.age_max + 1))::date THEN 'USIA' END,
        CASE WHEN v_facts.is_enrolled THEN 'SEKOLAH' END,
        CASE WHEN v_facts.holds_excluded_post THEN 'DAFTAR_TERLARANG' END,
        CASE WHEN v_facts.was_recipient AND v_wave.lifetime_once THEN 'PERNAH_MENERIMA' END,
        CASE WHEN v_facts.was_revoked THEN 'BLACKLIST' END,
        CASE WHEN v_facts.card_recipients >= v_wave.kk_max THEN 'KK_PENUH' END);
    IF against <> '' THEN reason := 'not_eligible'; RETURN; END IF;
    IF NOT EXISTS (SELECT 1 FROM sittings_sitting sitting
                    WHERE sitting.person_id = p_person_id AND (sitting.status <> 'under_way' OR p_at >= sitting.ends_at)) THEN
        reason := 'test_missing'; RETURN;
    END IF;
    -- Whoever withdrew joins again by another verb, which may lock.
    IF reason = 'withdrawn' THEN RETURN; END IF;

    INSERT INTO intake_application (id, person_id, wave_id, status, joined_at, ticket, nonce_enc)
    VALUES (p_application_id, p_person_id, v_wave.id, 'waiting', p_at, p_ticket, p_nonce_enc)
    ON CONFLICT (person_id, wave_id) DO NOTHING;
    IF NOT FOUND THEN
        SELECT application.ticket, 'joined_already' INTO ticket, reason
          FROM intake_application application WHERE application.person_id = p_person_id AND application.wave_id = v_wave.id;
        RETURN;
    END IF;
    ticket := p_ticket;
    INSERT INTO notifications_message (id, person_id, template, channel, parameters_enc, status, created_at, send_after,
                                       sent_at, attempt_count, dedupe_key)
    VALUES (p_sms_id, p_person_id, 'wave_joined', 'sms', p_sms_parameters, 'queued', p_at, p_sms_after, NULL, 0,
            'wave_joined:' || p_application_id || ':sms'),
           (p_note_id, p_person_id, 'wave_joined', 'dashboard', p_note_parameters, 'delivered', p_at, p_at, p_at, 0,
            'wave_joined:' || p_application_id || ':dashboard');
    INSERT INTO audit_record (id, person_id, action, actor_kind, actor_id, subject_kind, subject_id, at, recorded_at, data)
    VALUES (p_audit_id, p_person_id, 'application.joined', 'participant', p_person_id::text, 'application', p_application_id,
            p_at, p_wall, jsonb_build_object('wave', p_wave_number));
END $$;
