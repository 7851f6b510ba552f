"""The addresses of people's rights over their data."""

from __future__ import annotations

from xinheng.org.access import page
from xinheng.privacy.views import of_customer, registers

urlpatterns = [
    page("customers/<int:pk>/privacy/", of_customer.of_customer, name="privacy.of_customer", needs="privacy.see"),
    page("customers/<int:pk>/privacy/consent/", of_customer.give, name="privacy.give_consent", needs="privacy.record"),
    page("customers/<int:pk>/privacy/share/", of_customer.share, name="privacy.share", needs="privacy.share"),
    page("customers/<int:pk>/privacy/request/", of_customer.receive, name="privacy.receive", needs="privacy.record"),
    page("customers/<int:pk>/privacy/export/", of_customer.export, name="privacy.export", needs="privacy.export"),
    page("customers/<int:pk>/privacy/hold/", of_customer.hold, name="privacy.hold", needs="privacy.hold"),
    page("privacy/consents/<int:pk>/withdraw/", of_customer.withdraw, name="privacy.withdraw", needs="privacy.record"),
    page("privacy/requests/", registers.requests, name="privacy.requests", needs="privacy.see_requests"),
    page("privacy/requests/<int:pk>/", registers.one, name="privacy.request", needs="privacy.see"),
    page("privacy/requests/<int:pk>/<slug:verb>/", registers.handle, name="privacy.handle", needs="privacy.see"),
    page("privacy/sharings/", registers.sharings, name="privacy.sharings", needs="privacy.see_registers"),
    page("privacy/holds/", registers.holds, name="privacy.holds", needs="privacy.see_registers"),
    page("privacy/holds/<int:pk>/release/", registers.release, name="privacy.release", needs="privacy.hold"),
    page("privacy/agreements/", registers.agreements, name="privacy.agreements", needs="privacy.see_registers"),
    page("privacy/agreements/<int:pk>/end/", registers.end, name="privacy.end_agreement", needs="privacy.agree"),
    page("privacy/retention/", registers.kept, name="privacy.retention", needs="privacy.see_registers"),
]
