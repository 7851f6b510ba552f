"""The addresses of credit."""

from __future__ import annotations

from xinheng.credit.views import accounts, applications, budgets, customer, deliveries, guarantees, orders
from xinheng.org.access import page

urlpatterns = [
    page("customers/<int:pk>/credit/", customer.credit, name="credit.customer", needs="credit.see"),
    page("customers/<int:pk>/credit/order/", orders.order, name="credit.order", needs="credit.check"),
    page("customers/<int:pk>/credit/apply/", applications.apply, name="credit.apply", needs="credit.apply"),
    page("credit/applications/<int:pk>/", applications.application, name="credit.application", needs="credit.see"),
    page("credit/applications/<int:pk>/print/", applications.printed, name="credit.print", needs="credit.see"),
    page("customers/<int:pk>/credit/freeze/", customer.freeze, name="credit.freeze", needs="credit.freeze"),
    page("customers/<int:pk>/credit/thaw/", customer.thaw, name="credit.thaw", needs="credit.thaw"),
    page("customers/<int:pk>/credit/share/", customer.share, name="credit.share", needs="credit.share"),
    page("customers/<int:pk>/credit/guarantee/", guarantees.secure, name="credit.secure", needs="credit.secure"),
    page("credit/guarantees/<int:pk>/", guarantees.guarantee, name="credit.guarantee", needs="credit.see"),
    page(
        "credit/guarantees/<int:pk>/release/",
        guarantees.release,
        name="credit.release_guarantee",
        needs="credit.release_guarantee",
    ),
    page("credit/budgets/", budgets.budgets, name="credit.budgets", needs="credit.see_budgets"),
    page("credit/budgets/set/", budgets.budget, name="credit.budget", needs="credit.budget"),
    page("credit/", accounts.accounts, name="credit.accounts", needs="credit.see"),
    page("credit/export/", accounts.export, name="credit.export", needs="credit.export"),
    page("credit/held/", orders.held, name="credit.held", needs="credit.see"),
    page("credit/deliveries/<int:pk>/", deliveries.delivery, name="credit.delivery", needs="credit.see"),
    page(
        "credit/deliveries/<int:pk>/release/",
        deliveries.release,
        name="credit.release_delivery",
        needs="credit.check",
    ),
    page("credit/orders/<int:pk>/", orders.check, name="credit.check", needs="credit.see"),
    page("credit/orders/<int:pk>/release/", orders.release, name="credit.release", needs="credit.check"),
    page("credit/orders/<int:pk>/single/", orders.single, name="credit.single", needs="credit.check"),
    page("credit/orders/<int:pk>/use/", orders.use, name="credit.use", needs="credit.check"),
    page("credit/orders/<int:pk>/return/", orders.give_back, name="credit.give_back", needs="credit.check"),
    page("credit/orders/<int:pk>/drop/", orders.drop, name="credit.drop", needs="credit.check"),
]
