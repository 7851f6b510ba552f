"""Loading the story into the rooms, by their own acts wherever one thing is done at a time."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.audit.origin import coming_from
from xinheng.customers.jobs import divide
from xinheng.demo.loading.customers import load_customers
from xinheng.demo.loading.dealings import load_dealings
from xinheng.demo.loading.doings import load_doings
from xinheng.demo.loading.imports import load_imports
from xinheng.demo.loading.organisation import Staff, load_organisation
from xinheng.demo.loading.papers import load_papers
from xinheng.demo.loading.personal import load_personal
from xinheng.demo.story import Story
from xinheng.org.models import Person


def load(story: Story, *, tell: Callable[[str], None]) -> Staff:
    """Load the company into an empty database, all or nothing but for the imports; refuses where there is anybody."""
    if Person.objects.exists():
        raise Refusal(_("数据库里已经有人员, 样板公司只能放进空的数据库。"))
    with coming_from("command"), transaction.atomic():
        tell(_("部门和人员"))
        staff = load_organisation(story)
        tell(_("客户"))
        customers = load_customers(story, staff)
        tell(_("往来"))
        load_dealings(story, staff, customers)
        tell(_("档案"))
        load_papers(story, staff, customers)
        tell(_("待办"))
        load_doings(story, staff, customers)
        load_personal(story, staff, customers)
        divide(story.today)
    with coming_from("command"):
        tell(_("导入"))
        load_imports(story, staff)
    return staff
