"""Browsing, for reading only: no page of this site can add, change or delete anything, whoever asks."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.admin import display
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from prakerja.access.looking import note_look
from prakerja.console.lists import LongList, NewestValues
from prakerja.console.pages import BROWSE, may, operator
from prakerja.kernel.clock import now
from prakerja.kernel.money import format_rupiah

# Sealed values, hashes and blind indexes say nothing to a reader and must not leave the database.
_HIDDEN_ENDINGS = ("_enc", "_hash", "_index")
# Whole rupiah: written as money, not as a bare number.
_RUPIAH = {"amount", "price", "discount", "outside_price"}
# Where an s makes no plural. Words of this site, not of the schema, so that no migration is about them.
_PLURALS = {
    "course run seatss": "course run seats",
    "deliverys": "deliveries",
    "discrepancys": "discrepancies",
    "payment batchs": "payment batches",
}
_HIDDEN_NAMES = {
    "index",
    "password",
    "last_login",
    "nonce",
    "code_challenge",
    "answer",
    "signed_data",
    # What identifies a person opens with a reason only, and what somebody answered in a survey was promised to be without a name.
    "birth_date",
    "answers",
}
# What a list's address may say beside its declared filters: search, order, page, everything, "that was no filter".
_OF_EVERY_LIST = frozenset((SEARCH_VAR, ORDER_VAR, PAGE_VAR, ALL_VAR, ERROR_FLAG))
# A filter's own links: the value, and that there is none.
_LOOKUPS = ("", "__exact", "__isnull")
# The pages of one row only carry the way back to the list.
_OF_A_ROW = frozenset(("_changelist_filters",))


def is_hidden(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.BinaryField) or field.name.endswith(_HIDDEN_ENDINGS) or field.name in _HIDDEN_NAMES


def shown_fields(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.fields if not is_hidden(field)]


def only(request: HttpRequest, allowed: frozenset[str]) -> None:
    """Refuse an address with anything undeclared in it (400): a comparison with a hidden column tells it letter by letter."""
    if not allowed.issuperset(request.GET) or any("\0" in value for value in (request.path, *request.GET.values())):
        raise BadRequest("undeclared")


def whose(model: type[models.Model]) -> str:
    """The column of a row that says which person it is about, "" when it is about nobody."""
    if model._meta.label == "people.Person":
        return "id"
    return next((field.attname for field in model._meta.fields if field.attname == "person_id"), "")


class ReadOnly(ModelAdmin):  # type: ignore[misc]
    list_per_page = 50
    show_full_result_count = False
    actions = None
    # There are none. Said of both ends, unfold writes a style into the page.
    actions_on_top = True
    list_filter_submit = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in self.filters()

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [(name, NewestValues) for name in self.list_filter]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LongList]:
        return LongList

    def filters(self) -> frozenset[str]:
        return frozenset(name + lookup for name in self.list_filter for lookup in _LOOKUPS)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        only(request, _OF_EVERY_LIST | self.filters())
        if whose(self.model) and may(request, BROWSE):
            note_look(what=self.model._meta.label, actor=operator(request), at=now(), asked=request.GET.dict())
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        only(request, _OF_A_ROW)
        row = self.get_object(request, str(object_id)) if whose(self.model) and may(request, BROWSE) else None
        if row is not None:
            note_look(
                what=self.model._meta.label,
                actor=operator(request),
                at=now(),
                person_id=getattr(row, whose(self.model)),
                subject_id=row.pk,
            )
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return answer

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise PermissionDenied

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's own history knows what its forms changed, and there are none: the audit trail is the history."""
        raise Http404

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, BROWSE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Site(UnfoldAdminSite):  # type: ignore[misc]
    site_url = None
    index_title = gettext_lazy("Semua data")

    def has_permission(self, request: HttpRequest) -> bool:
        """Signed in with password and authenticator (the gate), and with a role that may look."""
        return may(request, BROWSE)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Unfold's, with the colours in a style sheet instead of in the page, and a sheet and a script of ours."""
        context: dict[str, Any] = super().each_context(request)
        return context | {
            "colors": None,
            "styles": [reverse("console_theme"), *context["styles"], static("console/browsing.css")],
            "scripts": [*context["scripts"], static("console/browsing.js")],
        }

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Every list there is, made when a page shows them: only the first does, and making it took half of what a page takes."""
        listed = super().get_app_list
        return SimpleLazyObject(lambda: listed(request, app_label))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's own sign-in page knows passwords only: whoever comes here is sent to the one that asks for the code."""
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or "/")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Unfold's account menu leads here; the page that asks for the old one, audits and ends sessions is ours."""
        return redirect("password_change")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("password_change")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """No form of ours asks for it."""
        raise Http404


site = Site(name="admin")


def reads_as(row: models.Model | None) -> str:
    """A row that another one refers to, by the first thing about it that a person can read."""
    if row is None:
        return "–"
    words = (getattr(row, name, "") for name in ("name", "title", "code", "number"))
    return next((str(word) for word in words if word), str(row.pk))


def _reference(field: models.ForeignKey[Any, Any]) -> Any:
    def shown(row: models.Model) -> str:
        there = getattr(row, field.name)
        words = reads_as(there)
        is_indonesian = there is not None and "title" in _INDONESIAN.get(there._meta.label, ())
        return format_html('<span lang="id">{}</span>', words) if is_indonesian else words

    shown.__name__ = f"{field.name}_shown"
    return display(description=field.verbose_name)(shown)


def _money(field: models.Field[Any, Any]) -> Any:
    def shown(row: models.Model) -> str:
        value = getattr(row, field.name)
        return "–" if value is None else format_rupiah(value)

    shown.__name__ = f"{field.name}_shown"
    return display(description=field.verbose_name, ordering=field.name)(shown)


def _indonesian(field: models.Field[Any, Any]) -> Any:
    """Words of an institution or a participant: the page around them may be in English."""

    def shown(row: models.Model) -> str:
        value = getattr(row, field.name)
        words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return format_html('<span lang="id">{}</span>', words) if words else "–"

    shown.__name__ = f"{field.name}_shown"
    return display(description=field.verbose_name, ordering=field.name)(shown)


@display(description=gettext_lazy("Data pribadi"))
def personal_data(row: models.Model) -> str:
    """Leads to the page that asks why, and whether one may."""
    return format_html('<a href="{}">{}</a>', reverse("console_personal_data", args=[row.pk]), _("Lihat data pribadi"))


@display(description=gettext_lazy("Laporan"))
def report_of_completion(row: models.Model) -> str:
    """Leads to the page on which a wrong report is mended; none for one that was withdrawn."""
    if getattr(row, "withdrawn_at", None) is not None:
        return "–"
    return format_html(
        '<a href="{}">{}</a>',
        reverse("console_completion", args=[getattr(row, "person_id"), row.pk]),  # noqa: B009 - a row of any model
        _("Perbaiki laporan"),
    )


# Columns with words that are Indonesian in every language, by model.
_INDONESIAN = {
    "catalogue.Course": ("title", "category", "summary", "syllabus", "target_job", "competency_standard"),
    "partners.Partner": ("about", "how_to_redeem"),
    "training.Rating": ("review",),
}

# The page that leads on from a row, by its model.
_LEADS_TO = {"people.Person": personal_data, "training.Completion": report_of_completion}


def register(model: type[models.Model]) -> None:
    """Browse a model: its plain columns as a list, newest first, filtered by its states and kinds."""
    fields = shown_fields(model)
    references = {
        field.name: _reference(field)
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and field.name in fields
    }
    amounts = {
        field.name: _money(field)
        for field in model._meta.fields
        if isinstance(field, models.IntegerField) and field.name in _RUPIAH
    }
    theirs = {
        field.name: _indonesian(field)
        for field in model._meta.fields
        if field.name in fields and field.name in _INDONESIAN.get(model._meta.label, ())
    }
    plural = str(model._meta.verbose_name_plural)
    model._meta.verbose_name_plural = _PLURALS.get(plural, plural)
    columns = [references.get(name) or amounts.get(name) or theirs.get(name, name) for name in fields]
    filters = [name for name in ("status", "kind", "template", "channel", "provider", "action") if name in fields]
    # A reference may have such a name too, and no part of it can be typed.
    search = [
        name
        for name in ("code", "name", "title", "email", "number", "reference", "invoice_code")
        if name in fields and name not in references
    ]
    opened = [*columns, _LEADS_TO[model._meta.label]] if model._meta.label in _LEADS_TO else columns
    options = {
        "fields": opened,
        "readonly_fields": opened,
        "list_display": columns[:9],
        "list_filter": filters,
        "list_select_related": list(references),
        "search_fields": [f"{name}__icontains" for name in search],
        "ordering": ["-pk"],
    }
    site.register(model, type(f"{model.__name__}Admin", (ReadOnly,), options))


for _config in apps.get_app_configs():
    if not _config.name.startswith("prakerja."):
        continue
    for _model in _config.get_models():
        # A claim is a blind index and whom it belongs to: nothing a person could read. A listed line and a draft are nobody's row yet;
        # an outcome is a number's, by the million, and stands in the published results; who stands on a roster cannot be read.
        if not _model.__name__.endswith("Claim") and _model.__name__ not in (
            "Blacklist",
            "ListedLine",
            "ListedNik",
            "RejectedLine",
            "UploadedLine",
            "Draft",
            "Outcome",
        ):
            register(_model)
