"""The plan is printed and changes nothing; without the extension nothing is done."""

from __future__ import annotations

from tests.running import command, world


def test_the_plan_is_printed_and_without_the_extension_nothing_is_done() -> None:
    with world() as folder:
        planned = command("distribute", "plan", "--json", data_dir=folder)
        assert planned.code == 0, planned.err
        assert planned.document["refusals"] == []
        places = {one["table"]: (one["kind"], one["by"]) for one in planned.document["tables"]}
        assert places["people_person"] == ("person", "id")
        assert places["purchases_purchase"] == ("person", "person_id")
        assert places["vouchers_codeclaim"] == ("claim", "index")
        assert (
            "SELECT create_distributed_table('people_person', 'id', colocate_with => 'none')"
            in planned.document["statements"]
        )
        refused = command("distribute", "apply", data_dir=folder)
        assert refused.code == 2
        assert "does not have the extension citus" in refused.err
        # Nothing has moved: the same plan again.
        assert command("distribute", "plan", "--json", data_dir=folder).document == planned.document
