"""The instants and waves of the demo worlds."""

from __future__ import annotations

from datetime import date

from prakerja.kernel.clock import parse_instant

# When a new world begins (architecture.md "Time").
STARTS_AT = {
    "empty": parse_instant("2021-09-17T08:00+07:00"),
    "g21": parse_instant("2021-09-27T08:00+07:00"),
    # Before wave 21 opens.
    "journey": parse_instant("2021-09-16T08:00+07:00"),
}
# Everything that stood before the first participant.
SET_UP_AT = parse_instant("2021-08-09T00:00+07:00")
# Waves around the article: number, first day, last day, quota (rules.md 4.1, 4.3).
WAVES = (
    (21, date(2021, 9, 16), date(2021, 9, 19), 754_929),
    (22, date(2021, 10, 25), date(2021, 10, 28), 46_000),
    # rules.md 14.7: announced on 28 April. Its days and quota are assumed.
    (51, date(2023, 4, 14), date(2023, 4, 17), 20_000),
)
# The demo's own first day of a wave: on the day on which it begins somebody can join one. Everything else stays as it was.
OPENS_EARLY = {"g21": {22: date(2021, 9, 23)}}
# Waves that were over before: their days are those of rules.md 4.3, their quotas are of the demo's few people.
EARLIER = {
    "g21": (
        (18, date(2021, 8, 16), date(2021, 8, 19), 1),
        (19, date(2021, 8, 26), date(2021, 8, 29), 1),
        (20, date(2021, 9, 9), date(2021, 9, 12), 5),
    )
}
# What somebody opens in the course of the story.
OPENED_LATER = {"journey": (21,)}
ANNOUNCED_AT = {
    # rules.md 4.2; of wave 19 the hour is not known.
    18: parse_instant("2021-08-24T15:00+07:00"),
    19: parse_instant("2021-09-01T15:00+07:00"),
    21: parse_instant("2021-09-22T20:00+07:00"),
}
