"""How a list of the console is paged and filtered when it has as many rows as a wave has people.

A short list is counted, numbered and sorted as anybody expects. A long one has its newest rows first and goes on by key: no
count, no sort and no page costs more than the rows that it shows.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.filters import AllValuesFieldListFilter
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from unfold.views import ChangeList

from prakerja.kernel.states import machines

# So many rows are still a short list.
SHORT = 1_000
# A filter's choices are what stands in so many of the newest rows.
_LOOKED_AT = 2_000


class NewestValues(AllValuesFieldListFilter):
    """The values of a column to choose from: those of the newest rows, and every state where it is a state."""

    def __init__(
        self,
        field: models.Field[Any, Any],
        request: HttpRequest,
        params: dict[str, Any],
        model: type[models.Model],
        model_admin: Any,
        field_path: str,
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        newest = model._default_manager.order_by("-pk").values_list(field.name, flat=True)[:_LOOKED_AT]
        states = {
            state
            for machine in machines()
            if (machine.table, machine.column) == (model._meta.db_table, field.column)
            for state in machine.states()
        }
        self.lookup_choices: Any = sorted(states.union(newest), key=lambda value: (value is not None, str(value)))


class _Older(Paginator):  # type: ignore[type-arg]
    """Leads from a page of a long list to the next, older one."""

    template_name = "console/older.html"


class LongList(ChangeList):  # type: ignore[misc]
    """`older` is the key after which the next page begins, "" on the last one; None in a short list."""

    older: str | None = None
    is_first = True

    def get_results(self, request: HttpRequest) -> None:
        few = list(self.queryset.order_by("-pk").values_list("pk", flat=True)[: SHORT + 1])
        if len(few) <= SHORT:
            super().get_results(request)
            return
        rows = self.queryset.order_by("-pk")
        after = self._after(request)
        if after is not None:
            self.is_first = False
            rows = rows.filter(pk__lt=after)
        found = list(rows[: self.list_per_page + 1])
        shown = found[: self.list_per_page]
        self.older = str(shown[-1].pk) if len(found) > len(shown) else ""
        self.result_list = shown
        self.result_count = len(shown)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
        self.paginator = _Older(shown, self.list_per_page)

    def older_query(self) -> str:
        """The address of the next page."""
        return str(self.get_query_string({PAGE_VAR: self.older}))

    def newest_query(self) -> str:
        """The address of the first page."""
        return str(self.get_query_string())

    def _after(self, request: HttpRequest) -> Any:
        """The key after which the page begins; None when the address names none of this list's."""
        try:
            return self.lookup_opts.pk.to_python(request.GET.get(PAGE_VAR) or None)
        except ValidationError:
            return None
