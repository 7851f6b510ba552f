"""What reading brings to other rooms: the tab 评级, the column and filter of the list of customers, marks, the lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def ready() -> None:
    """Bring it."""
    from xinheng.customers.badges import PROVIDERS
    from xinheng.customers.lists.extending import EXTENSIONS
    from xinheng.customers.tabs import TABS, Tab
    from xinheng.customers.telling import NEEDED
    from xinheng.ledger.grading import set_grades
    from xinheng.lists.pages import is_a_list
    from xinheng.ratings.in_lists import Grades, badges
    from xinheng.ratings.queries import grade_labels

    set_grades(grade_labels, needs="ratings.see_grade")
    TABS.append(Tab("rating", _("评级"), "ratings.of_customer", "ratings.see_grade", 15))
    EXTENSIONS.append(Grades())
    PROVIDERS.append(badges)
    NEEDED["ratings"] = "ratings.see_reasons"
    is_a_list("ratings.grades", needs="ratings.see_grade")
