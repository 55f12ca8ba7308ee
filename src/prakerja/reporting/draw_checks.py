"""What a draw gave and what was awarded are the same (draw.md 11): the checks of the proof about draws."""

from __future__ import annotations

from prakerja.draw.states import AWARDING_STATES, DRAW_STATES

_BEGUN, _RESULTED = AWARDING_STATES.sql("BEGUN"), DRAW_STATES.sql("RESULTED")
# Whoever a round that is through was to award, with the decree that says so.
_CHOSEN = f"""
SELECT w.decree_number AS decree, w.status, e.person_id
  FROM draw_awarding w
  JOIN draw_draw d ON d.id = w.draw_id
  JOIN draw_outcome o ON o.draw_id = d.id AND o.kind = 'W'
  JOIN draw_entry e ON e.applicants_id = d.applicants_id AND e.number = o.number
 WHERE w.recall = 0 AND w.status IN {_BEGUN}
   AND NOT EXISTS (SELECT 1 FROM draw_dropped p WHERE p.draw_id = d.id AND p.number = o.number)
 UNION ALL
SELECT w.decree_number, w.status, e.person_id
  FROM draw_awarding w
  JOIN draw_draw d ON d.id = w.draw_id
  JOIN draw_recalled r ON r.draw_id = d.id AND r.recall = w.recall
  JOIN draw_entry e ON e.applicants_id = d.applicants_id AND e.number = r.number
 WHERE w.recall > 0 AND w.status IN {_BEGUN}
   AND NOT EXISTS (SELECT 1 FROM draw_dropped p WHERE p.draw_id = d.id AND p.number = r.number)"""
_AWARDED = f"""
SELECT w.decree_number AS decree, a.person_id
  FROM draw_awarding w
  JOIN intake_decree decree ON decree.number = w.decree_number
  JOIN awards_award a ON a.decree_id = decree.id
 WHERE w.status IN {_BEGUN}"""

DRAW_CHECKS = (
    (
        "every award of a draw is of a winner or of somebody who was recalled",
        "(SELECT * FROM draw_outcome WHERE kind = 'W') won",
        f"SELECT given.decree, given.person_id FROM ({_AWARDED}) given LEFT JOIN ({_CHOSEN}) chosen "
        "ON chosen.decree = given.decree AND chosen.person_id = given.person_id WHERE chosen.decree IS NULL",
    ),
    (
        "every winner, and whoever was recalled, has an award or was dropped with a reason",
        "(SELECT * FROM draw_outcome WHERE kind = 'W') won",
        f"SELECT chosen.decree, chosen.person_id FROM ({_CHOSEN}) chosen LEFT JOIN ({_AWARDED}) given "
        "ON given.decree = chosen.decree AND given.person_id = chosen.person_id "
        "WHERE chosen.status = 'done' AND given.decree IS NULL",
    ),
    (
        "each row of a list has the result that its draw gave it: an eligible one a place, an excluded one none",
        "draw_entry",
        "SELECT d.name, e.number FROM draw_draw d JOIN draw_entry e ON e.applicants_id = d.applicants_id "
        "LEFT JOIN draw_outcome o ON o.draw_id = d.id AND o.number = e.number "
        f"WHERE d.status IN {_RESULTED} AND (e.mark = '') IS DISTINCT FROM (o.number IS NOT NULL)",
    ),
    (
        "the places of a draw are 1, 2, 3 … without a gap, and no place belongs to two",
        "draw_outcome",
        "SELECT o.draw_id, count(*) AS places FROM draw_outcome o JOIN draw_draw d ON d.id = o.draw_id "
        "JOIN draw_applicantlist l ON l.id = d.applicants_id GROUP BY o.draw_id, l.eligible "
        "HAVING count(*) <> l.eligible OR min(o.position) <> 1 OR max(o.position) <> count(*) "
        "OR sum(o.position::bigint) <> count(*) * (count(*) + 1) / 2",
    ),
    (
        "nobody has two rows in a list, and each row is an application of the list's wave",
        "draw_entry",
        "SELECT e.applicants_id, e.number FROM draw_entry e JOIN draw_applicantlist l ON l.id = e.applicants_id "
        "LEFT JOIN intake_application a ON a.person_id = e.person_id AND a.id = e.application_id "
        "WHERE a.wave_id IS DISTINCT FROM l.wave_id",
    ),
    (
        "no family got more seats in a draw than it had left",
        "(SELECT * FROM draw_entry WHERE family IS NOT NULL) crowded",
        "SELECT o.draw_id, encode(e.family, 'hex') AS family, count(*) AS seats FROM draw_outcome o "
        "JOIN draw_draw d ON d.id = o.draw_id "
        "JOIN draw_entry e ON e.applicants_id = d.applicants_id AND e.number = o.number "
        "WHERE o.kind = 'W' AND e.family IS NOT NULL GROUP BY o.draw_id, e.family HAVING count(*) > min(e.allowance)",
    ),
    (
        "a seat that was given on came back before, and each was given on once",
        "draw_released",
        "SELECT r.draw_id, r.recall FROM (SELECT draw_id, recall, count(*) AS seats FROM draw_recalled GROUP BY draw_id, recall) r "
        "LEFT JOIN (SELECT draw_id, recall, count(*) AS seats FROM draw_released GROUP BY draw_id, recall) back "
        "ON back.draw_id = r.draw_id AND back.recall = r.recall "
        "LEFT JOIN draw_awarding before ON before.draw_id = r.draw_id AND before.recall = r.recall - 1 AND before.status = 'done' "
        "WHERE r.seats > coalesce(back.seats, 0) + coalesce(before.unfilled, 0)",
    ),
)
