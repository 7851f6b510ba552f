"""The addresses of credit."""

from __future__ import annotations

from xinheng.credit.views import customer, orders
from xinheng.org.access import page

urlpatterns = [
    page("customers/<int:pk>/credit/", customer.credit, name="credit.customer", needs="credit.see"),
    page("customers/<int:pk>/credit/order/", orders.order, name="credit.order", needs="credit.check"),
    page("customers/<int:pk>/credit/apply/", customer.apply, name="credit.apply", needs="credit.apply"),
    page("customers/<int:pk>/credit/freeze/", customer.freeze, name="credit.freeze", needs="credit.freeze"),
    page("customers/<int:pk>/credit/thaw/", customer.thaw, name="credit.thaw", needs="credit.thaw"),
    page("customers/<int:pk>/credit/share/", customer.share, name="credit.share", needs="credit.share"),
    page("credit/", orders.accounts, name="credit.accounts", needs="credit.see"),
    page("credit/held/", orders.held, name="credit.held", needs="credit.see"),
    page("credit/orders/<int:pk>/", orders.check, name="credit.check", needs="credit.see"),
    page("credit/orders/<int:pk>/release/", orders.release, name="credit.release", needs="credit.check"),
    page("credit/orders/<int:pk>/drop/", orders.drop, name="credit.drop", needs="credit.check"),
]
