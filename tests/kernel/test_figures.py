"""What is counted for whoever watches: of all processes of a door together, in a text that a scraper reads."""

from __future__ import annotations

import threading

from prakerja.kernel.figures import BUCKETS, FAMILIES, REGION, Figures
from tests.exposition import read, sample

REQUESTS = "prakerja_requests_total"
SECONDS = "prakerja_request_seconds"


def test_the_processes_of_a_door_are_one_door_and_a_new_one_goes_on() -> None:
    memory = memoryview(bytearray(REGION * 2))
    first, second = (Figures(memory, place=place, processes=2) for place in range(2))
    for one in (first, first, second):
        one.count(REQUESTS, ("route", "portal:home"), ("status", "200"))
        one.set("prakerja_connections", to=7)
    first.observe(SECONDS, ("route", "portal:home"), seconds=0.02)
    second.observe(SECONDS, ("route", "portal:home"), seconds=60)
    for one in (first, second):
        types, found = read(one.text())
        assert types == {REQUESTS: "counter", SECONDS: "histogram", "prakerja_connections": "gauge"}
        assert sample(found, REQUESTS, route="portal:home", status="200") == 3
        assert sample(found, "prakerja_connections") == 14
        assert sample(found, f"{SECONDS}_count", route="portal:home") == 2
        assert sample(found, f"{SECONDS}_bucket", route="portal:home", le="0.025") == 1
    # Whoever takes the place of one that died goes on counting, and has no clients yet.
    again = Figures(memory, place=1, processes=2)
    again.count(REQUESTS, ("route", "portal:home"), ("status", "200"))
    _, found = read(first.text())
    assert sample(found, REQUESTS, route="portal:home", status="200") == 4
    assert sample(found, "prakerja_connections") == 7


def test_threads_lose_nothing() -> None:
    ours = Figures()

    def count() -> None:
        for number in range(2_000):
            ours.count(REQUESTS, ("route", str(number % 7)), ("status", "200"))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(value for (name, _), value in read(ours.text())[1].items() if name == REQUESTS) == 8_000


def test_what_has_no_room_is_said_and_what_was_there_goes_on() -> None:
    ours = Figures()
    for number in range(REGION // 100):
        ours.count(REQUESTS, ("route", f"portal:{number:040}"), ("status", "200"))
    ours.count(REQUESTS, ("route", f"portal:{0:040}"), ("status", "200"))
    _, found = read(ours.text())
    assert sample(found, "prakerja_figures_lost_total") > 0
    assert sample(found, REQUESTS, route=f"portal:{0:040}", status="200") == 2


def test_odd_words_stay_one_label() -> None:
    ours = Figures()
    ours.count(REQUESTS, ("route", 'a"b\\c\nd'), ("status", "200"))
    assert sample(read(ours.text())[1], REQUESTS, route='a"b\\c\nd', status="200") == 1


def test_every_family_can_be_read() -> None:
    ours = Figures()
    for name, family in FAMILIES.items():
        if family.kind == "histogram":
            ours.observe(name, seconds=BUCKETS[0])
        else:
            ours.set(name, to=1.5)
    assert set(read(ours.text())[0]) == set(FAMILIES)
