"""Loading the story into the rooms, by their own acts wherever one thing is done at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.audit.origin import coming_from
from xinheng.customers.jobs import divide
from xinheng.demo.loading.cases import load_cases, load_disputes
from xinheng.demo.loading.credit import load_credit
from xinheng.demo.loading.customers import load_customers
from xinheng.demo.loading.dealings import load_dealings
from xinheng.demo.loading.doings import load_doings
from xinheng.demo.loading.imports import load_imports
from xinheng.demo.loading.lending import load_lending
from xinheng.demo.loading.organisation import Staff, load_organisation
from xinheng.demo.loading.papers import load_papers
from xinheng.demo.loading.personal import load_personal
from xinheng.demo.loading.policies import load_draft, load_policies
from xinheng.demo.loading.ratings import QUARTERS, load_batches, load_last_batch, quarter_ends, take_over_facts
from xinheng.demo.loading.securing import load_securing
from xinheng.demo.story import Story
from xinheng.org.models import Person


def load(story: Story, *, tell: Callable[[str], None], pack: str = "leasing") -> Staff:
    """Load the company, rated by a shipped policy, into an empty database, all or nothing but for the imports.

    Refuses where there is anybody.
    """
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
        tell(_("制度"))
        first, *_others, second = (day + timedelta(days=1) for day in quarter_ends(story.today, QUARTERS + 1)[:5])
        version = load_policies(story, staff, pack, first=first, second=second)
        tell(_("评级"))
        take_over_facts(story, staff, customers, version, first - timedelta(days=30))
        load_batches(story, staff, version)
        load_cases(story, staff, customers, version)
        load_disputes(story, staff, customers)
        load_draft(story, staff, version)
        load_last_batch(story, staff, version)
        tell(_("授信"))
        load_credit(story)
        load_lending(story, staff)
        load_securing(story, staff)
    with coming_from("command"):
        tell(_("导入"))
        load_imports(story, staff)
    return staff
