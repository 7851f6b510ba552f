"""The departments and people of the demo company: everybody a document names, each duty in a hand of its own."""

from __future__ import annotations

from random import Random

from xinheng.demo.names import Once, person_name, sign_in_name
from xinheng.demo.story import MadeDepartment, MadePerson

DEPARTMENTS = (
    ("01", "总经办", None, "general_manager"),
    ("02", "营销中心", "01", "deputy_gm"),
    ("0201", "销售一部", "02", "sales:1"),
    ("020101", "清河办事处", "0201", "sales:3"),
    ("0202", "销售二部", "02", "sales:2"),
    ("020201", "南屏办事处", "0202", "sales:4"),
    ("0203", "商务部", "02", "marketing_manager"),
    ("0204", "客户服务部", "02", "customer_service"),
    ("03", "财务部", "01", "finance:1"),
    ("04", "风险管理部", "01", "risk:1"),
    ("05", "审计法务部", "01", "internal_audit"),
    ("06", "信息部", "01", "system_admin"),
)
POSTS: tuple[tuple[str, str, str, str], ...] = (
    ("general_manager", "01", "总经理", "general_manager"),
    ("deputy_gm", "02", "副总经理", "deputy_gm"),
    ("marketing_manager", "0203", "营销经理", "marketing_manager"),
    ("sales:1", "0201", "销售一部经理", "sales"),
    ("sales:2", "0202", "销售二部经理", "sales"),
    ("sales:3", "020101", "办事处主任", "sales"),
    ("sales:4", "020201", "办事处主任", "sales"),
    ("sales:5", "0201", "业务员", "sales"),
    ("sales:6", "0201", "业务员", "sales"),
    ("sales:7", "0202", "业务员", "sales"),
    ("sales:8", "020101", "业务员", "sales"),
    ("sales:9", "020201", "业务员", "sales"),
    ("sales_engineer:1", "0201", "销售工程师", "sales_engineer"),
    ("sales_engineer:2", "0202", "销售工程师", "sales_engineer"),
    ("commerce_specialist:1", "0203", "商务专员", "commerce_specialist"),
    ("commerce_specialist:2", "0203", "商务专员", "commerce_specialist"),
    ("archivist:1", "0203", "档案管理员", "archivist"),
    ("archivist:2", "0203", "档案管理员", "archivist"),
    ("customer_service", "0204", "客服主管", "customer_service"),
    ("finance:1", "03", "财务经理", "finance"),
    ("finance:2", "03", "会计", "finance"),
    ("finance:3", "03", "出纳", "finance"),
    ("risk:1", "04", "风险经理", "risk"),
    ("risk:2", "04", "风险专员", "risk"),
    ("credit_group:1", "04", "信用管理员", "credit_group"),
    ("credit_group:2", "04", "信用管理员", "credit_group"),
    ("internal_audit", "05", "内审主管", "internal_audit"),
    ("legal", "05", "法务专员", "legal"),
    ("system_admin", "06", "系统管理员", "system_admin"),
    ("security_admin", "06", "安全管理员", "security_admin"),
    ("audit_admin", "05", "审计管理员", "audit_admin"),
)
"""Post, department, what the card says, role."""


def make_people(random: Random) -> tuple[tuple[MadeDepartment, ...], tuple[MadePerson, ...]]:
    """Give the departments with their heads, and the people."""
    names, usernames = Once(), Once()
    people: dict[str, MadePerson] = {}
    for post, department, title, role in POSTS:
        full_name = names(lambda: person_name(random))
        base = sign_in_name(full_name)
        taken = iter(["", *map(str, range(2, 99))])
        username = usernames(lambda base=base, taken=taken: base + next(taken))
        people[post] = MadePerson(username, full_name, department, title, (role,))
    departments = tuple(
        MadeDepartment(code, name, above, people[head].username) for code, name, above, head in DEPARTMENTS
    )
    return departments, tuple(people.values())


def sellers(people: tuple[MadePerson, ...]) -> list[MadePerson]:
    """Give those who have customers of their own."""
    return [person for person in people if person.roles[0] in {"sales", "sales_engineer"}]
