"""What answers at the partners' door: the calls, the developer site, and a refusal for everything else."""

from __future__ import annotations

from django.urls import re_path

from prakerja.developer_site.urls import pages
from prakerja.developer_site.views import nothing_here
from prakerja.partner_api.urls import calls

urlpatterns = [
    calls,
    # After the calls, so that no call waits for them: pages that anybody may read (developer_site/site.py, `public`).
    *pages,
    re_path(r"", nothing_here),
]
