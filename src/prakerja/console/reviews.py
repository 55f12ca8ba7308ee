"""What people wrote about trainings: read by curators, hidden with a reason when it harms somebody, shown again (rules.md 6.6)."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from prakerja.console.pages import acting, browsing, operator
from prakerja.console.texts import sentence, written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.training.operations import hide_review, show_review
from prakerja.training.reviews import FEWEST_WHY, LONGEST_WHY, ReviewLine, review_to_read, reviews_to_read

SHOWN = 100
STATES = {"shown": gettext_lazy("Terlihat"), "hidden": gettext_lazy("Disembunyikan")}


class ReviewForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Alasan, yang dibaca peserta"),
        min_length=FEWEST_WHY,
        max_length=LONGEST_WHY,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def review_line(one: ReviewLine) -> dict[str, Any]:
    """A review as pages show it."""
    return {
        "url": reverse("console_review", args=[one.rating_id]),
        "course": one.course_title,
        "institution": one.institution_name,
        "stars": one.stars,
        "review": one.review,
        "when": written(one.created_at),
        "state": STATES[one.status],
        "is_hidden": one.status == "hidden",
        "why": one.hidden_why,
    }


@require_GET
@browsing
def reviews(request: HttpRequest) -> HttpResponse:
    """The newest hundred, of all courses or of one."""
    if set(request.GET) - {"pelatihan"}:
        raise BadRequest
    found = reviews_to_read(most=SHOWN, course_code=request.GET.get("pelatihan", "")[:40])
    return render(request, "console/reviews.html", {"reviews": [review_line(one) for one in found]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("review.moderate")
def review(request: HttpRequest, rating_id: uuid.UUID) -> HttpResponse:
    """One review; a POST hides it with the reason, or shows it again."""
    found = review_to_read(rating_id=rating_id)
    if found is None:
        raise Http404
    is_hidden = found.status == "hidden"
    form = ReviewForm(request.POST if request.method == "POST" and not is_hidden else None)
    if request.method == "POST" and (is_hidden or form.is_valid()):
        who, at = operator(request), clock.now()
        try:
            if is_hidden:
                show_review(rating_id=rating_id, actor=who, at=at)
            else:
                hide_review(rating_id=rating_id, why=form.cleaned_data["why"], actor=who, at=at)
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            messages.error(request, sentence(refused))
        else:
            messages.success(request, _("Ulasan terlihat lagi.") if is_hidden else _("Ulasan disembunyikan."))
        return HttpResponseRedirect(reverse("console_reviews"))
    return render(request, "console/review.html", {"one": review_line(found), "form": form, "here": request.path})
