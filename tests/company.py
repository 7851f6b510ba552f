"""A small company that the application's tests share: departments, one person in every role, and two customers.

    总部 ── 销售一部 (杨销售, 何工程)    ── 华东一处 (小销售)
         ├─ 销售二部 (孙销售)
         ├─ 财务部 (钱财务)   ├─ 风险部 (冯风险)   └─ …

`Company` gives them by role: `company.finance` is 钱财务. Customers: `company.ours` belongs to 销售一部 (owner 杨销售),
`company.theirs` to 销售二部 (owner 孙销售).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from xinheng.customers.models import Customer, Kind, Status
from xinheng.org.models import Appointment, Department, Person
from xinheng.org.roles import Role

SINCE = date(2020, 1, 1)
PEOPLE: dict[Role, tuple[str, str]] = {
    Role.SALES: ("杨销售", "sales1"),
    Role.SALES_ENGINEER: ("何工程", "sales1"),
    Role.COMMERCE_SPECIALIST: ("吕商务", "commerce"),
    Role.MARKETING_MANAGER: ("施营销", "commerce"),
    Role.FINANCE: ("钱财务", "finance"),
    Role.RISK: ("冯风险", "risk"),
    Role.CREDIT_GROUP: ("褚信用", "risk"),
    Role.DEPUTY_GM: ("卫副总", "head"),
    Role.GENERAL_MANAGER: ("蒋总", "head"),
    Role.INTERNAL_AUDIT: ("沈内审", "head"),
    Role.CUSTOMER_SERVICE: ("韩客服", "sales1"),
    Role.ARCHIVIST: ("朱档案", "commerce"),
    Role.LEGAL: ("秦法务", "head"),
    Role.SYSTEM_ADMIN: ("系统管理", "head"),
    Role.SECURITY_ADMIN: ("安全管理", "head"),
    Role.AUDIT_ADMIN: ("审计管理", "head"),
}
DEPARTMENTS = {
    "head": ("总部", None),
    "sales1": ("销售一部", "head"),
    "east": ("华东一处", "sales1"),
    "sales2": ("销售二部", "head"),
    "commerce": ("商务部", "head"),
    "finance": ("财务部", "head"),
    "risk": ("风险部", "head"),
}


@dataclass
class Company:
    """The people and things of the small company; `company.<role>` is the person in that role."""

    departments: dict[str, Department] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    ours: Customer = None  # type: ignore[assignment]
    theirs: Customer = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Person:
        """Give the person in a role (`company.finance`), `junior` of 华东一处, or `stranger` (sales of 销售二部)."""
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def found_company() -> Company:
    """Store the company; needs a database."""
    company = Company()
    for code, (name, parent) in DEPARTMENTS.items():
        above = company.departments[parent] if parent else None
        company.departments[code] = Department.objects.create(code=code, name=name, parent=above)
    for role, (name, department) in PEOPLE.items():
        company.people[role] = person(company, name, role, role, department)
    company.people["junior"] = person(company, "小销售", "junior", Role.SALES, "east")
    company.people["stranger"] = person(company, "孙销售", "stranger", Role.SALES, "sales2")
    company.ours = Customer.objects.create(
        number="C0001", name="宁波甬江机械有限公司", kind=Kind.ENTERPRISE, status=Status.FILED,
        department=company.departments["sales1"], owner=company.people[Role.SALES],
    )  # fmt: skip
    company.theirs = Customer.objects.create(
        number="C0002", name="苏州姑苏纺织有限公司", kind=Kind.ENTERPRISE, status=Status.FILED,
        department=company.departments["sales2"], owner=company.people["stranger"],
    )  # fmt: skip
    return company


def person(company: Company, name: str, username: str, role: str, department: str) -> Person:
    """Store a person who holds a role; everybody's password is `correct horse battery`."""
    somebody = Person.objects.create_user(
        username=username, password="correct horse battery", full_name=name, email=f"{username}@example.com",
        department=company.departments[department],
    )  # fmt: skip
    Appointment.objects.create(person=somebody, role=role, since=SINCE)
    return somebody
