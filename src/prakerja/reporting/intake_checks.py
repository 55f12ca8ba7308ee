"""Who registered, joined and was turned down, and why they could: checks of the proof."""

from __future__ import annotations

INTAKE_CHECKS = [
    (
        "whoever registered agreed to the comparison first and made every statement",
        "registrations_profile",
        "SELECT profile.person_id FROM registrations_profile profile "
        "WHERE NOT EXISTS (SELECT 1 FROM people_consent consent WHERE consent.person_id = profile.person_id "
        "AND consent.purpose = 'identity_check' AND consent.given_at <= profile.registered_at) "
        "OR (SELECT count(DISTINCT said.what) FROM registrations_declaration said "
        "WHERE said.person_id = profile.person_id AND said.made_at <= profile.registered_at) < 3",
    ),
    (
        "each finished registration has its person, and what they told us",
        "(SELECT * FROM registrations_registration WHERE status = 'registered') finished",
        "SELECT registration.id FROM registrations_registration registration WHERE status = 'registered' AND NOT EXISTS "
        "(SELECT 1 FROM people_person person JOIN registrations_profile profile ON profile.person_id = person.id "
        "JOIN people_nikclaim claim ON claim.person_id = person.id WHERE person.id = registration.became)",
    ),
    (
        "whom the registry did not prove an operator did",
        "registrations_registration",
        "SELECT registration.id FROM registrations_registration registration WHERE status = 'registered' "
        "AND registry_status <> 'match' AND accepted_version IS DISTINCT FROM identity_version",
    ),
    (
        "whoever joined a wave by themselves had registered and taken the test, while it was open",
        "(SELECT * FROM intake_application WHERE ticket IS NOT NULL) joined",
        "SELECT a.id FROM intake_application a JOIN intake_wave w ON w.id = a.wave_id "
        "LEFT JOIN registrations_profile profile ON profile.person_id = a.person_id AND profile.registered_at <= a.joined_at "
        "LEFT JOIN sittings_sitting sitting ON sitting.person_id = a.person_id "
        "AND least(sitting.ended_at, sitting.ends_at) <= a.joined_at "
        "WHERE a.ticket IS NOT NULL AND (profile.id IS NULL OR sitting.id IS NULL "
        "OR a.joined_at < w.opens_at OR a.joined_at >= w.closes_at)",
    ),
    (
        "nobody has two applications in one wave",
        "intake_application",
        "SELECT person_id, wave_id FROM intake_application GROUP BY person_id, wave_id HAVING count(*) > 1",
    ),
    (
        "whoever was not selected has a reason, of after the announcement",
        "(SELECT * FROM intake_application WHERE status = 'not_selected') turned_down",
        "SELECT a.id FROM intake_application a JOIN intake_wave w ON w.id = a.wave_id WHERE a.status = 'not_selected' "
        "AND (a.reason = '' OR w.announced_at IS NULL OR a.decided_at < w.announced_at)",
    ),
    (
        "every answer of a test came within its time, and every test ended in it",
        "sittings_sitting",
        "SELECT s.id FROM sittings_sitting s WHERE s.ended_at > s.ends_at OR EXISTS (SELECT 1 FROM sittings_answer a "
        "WHERE a.person_id = s.person_id AND (a.answered_at < s.begun_at OR a.answered_at >= s.ends_at "
        "OR a.answered_at > s.ended_at OR a.number > jsonb_array_length(s.questions)))",
    ),
]
