"""Messages that were tried for days in vain, or whose address takes nothing: sent again, or given up, by an operator."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from prakerja.console.pages import acting, operator
from prakerja.console.texts import sentence, written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.notifications.queries import UndeliveredGroup, undelivered_messages
from prakerja.people.undelivered import let_go, send_again

WHY = {
    "no_answer": gettext_lazy("Gerbang pesan tidak menjawab"),
    "no_address": gettext_lazy("Tidak ada nomor atau alamat"),
    "refused": gettext_lazy("Ditolak oleh gerbang pesan"),
    "unknown_fate": gettext_lazy("Tidak diketahui apakah sampai"),
    "sms_undeliverable": gettext_lazy("Nomor tidak dapat dijangkau"),
    "sms_expired": gettext_lazy("Ponsel tidak aktif sampai pesan kedaluwarsa"),
    "sms_b": gettext_lazy("Nomor tidak ada"),
    "cannot_be_written": gettext_lazy("Pesannya tidak dapat ditulis"),
}
DECISIONS = {
    "send_again": gettext_lazy("Kirim lagi sekarang"),
    "let_go": gettext_lazy("Jangan kirim lagi, hapus isinya"),
}


class UndeliveredForm(forms.Form):
    template = forms.ChoiceField(label=gettext_lazy("Pesan"), required=False)
    decision = forms.ChoiceField(
        label=gettext_lazy("Keputusan"), choices=tuple(DECISIONS.items()), widget=forms.RadioSelect
    )
    reason = forms.CharField(label=gettext_lazy("Alasan"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, found: list[UndeliveredGroup], *args: Any) -> None:
        super().__init__(*args)
        names = dict.fromkeys(one.template for one in found)
        choice: Any = self.fields["template"]
        choice.choices = [("", gettext_lazy("Semua pesan")), *((name, name) for name in names)]


def group_line(one: UndeliveredGroup) -> dict[str, Any]:
    """A group as a list shows it."""
    return {
        "template": one.template,
        "channel": one.channel,
        "why": WHY.get(one.failure, one.failure),
        "messages": one.messages,
        "people": one.people,
        "oldest": written(one.oldest_at),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@acting("message.send_again")
def undelivered(request: HttpRequest) -> HttpResponse:
    """Show what was set aside, by what it says and why; a POST sends it again or lets it go."""
    found = undelivered_messages()
    form = UndeliveredForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        verb = {"send_again": send_again, "let_go": let_go}[form.cleaned_data["decision"]]
        try:
            done = verb(
                template=form.cleaned_data["template"],
                reason=form.cleaned_data["reason"],
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            form.add_error("decision", sentence(refused))
        else:
            messages.success(request, _("Keputusan Anda sudah dicatat. Jumlah pesan: %(done)d.") % {"done": done})
            return HttpResponseRedirect(reverse("console_undelivered"))
    return render(request, "console/undelivered.html", {"found": [group_line(one) for one in found], "form": form})
