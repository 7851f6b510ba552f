"""The customers of the demo company: of every kind, and with every way of paying."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from xinheng.demo.names import (
    Once,
    account,
    address,
    credit_code,
    enterprise_name,
    office_name,
    person_name,
    phone,
    resident_id,
)
from xinheng.demo.people import sellers
from xinheng.demo.story import MadeContact, MadeCustomer, MadePerson, MadeStatement
from xinheng.demo.words import BANKS, DUTIES, JOBS, PLACES

KINDS = (("enterprise", 68), ("person", 14), ("government", 7), ("public_institution", 6), ("association", 5))
"""Of a hundred customers."""
INDUSTRIES = (
    ("construction", 62),
    ("industry", 10),
    ("wholesale", 10),
    ("transport", 5),
    ("leasing", 7),
    ("real_estate", 6),
)
STAGES = (("filed", 86), ("draft", 6), ("submitted", 4), ("closed", 4))
TERMS = ((0.88, (30, 30, 60, 45)), (0.7, (30, 30, 30, 15)), (0.0, (15, 15, 15, 30)))
"""From which quality on, terms of how many days: what his grade allows, with a few of longer ago."""
YEARS_BACK = 3
SIZES = ((14, 48_000_000, 38_000), (50, 9_000_000, 9_000), (36, 2_400_000, 1_800))
"""Share of a hundred, usual yearly turnover in yuan, usual staff times a hundred: large, medium, small."""


def make_customers(random: Random, people: tuple[MadePerson, ...], today: date, count: int) -> tuple[MadeCustomer, ...]:
    """Give `count` customers, each of a seller and his department."""
    names, owners = Once(), sellers(people)
    return tuple(_customer(random, running, names, random.choice(owners), today) for running in range(1, count + 1))


def _drawn(random: Random, shares: tuple[tuple[str, int], ...]) -> str:
    return random.choices([name for name, _share in shares], [share for _name, share in shares])[0]


def _customer(random: Random, running: int, names: Once, owner: MadePerson, today: date) -> MadeCustomer:
    kind = _drawn(random, KINDS)
    industry = _drawn(random, INDUSTRIES) if kind == "enterprise" else ""
    born = date(random.randint(1962, 1998), random.randint(1, 12), random.randint(1, 28))
    name = names(lambda: _name(random, kind, industry))
    quality = min(0.99, max(0.02, random.betavariate(3.4, 1.5)))
    stage = "filed" if running <= 3 else _drawn(random, STAGES)
    newly, longer = random.randint(20, 330), random.randint(330, YEARS_BACK * 365)
    since = today - timedelta(days=newly if random.random() < 0.25 else longer)
    until = None if random.random() > 0.12 else since + timedelta(days=random.randint(60, 700))
    staff, turnover, assets = _size(random, kind)
    where, text = address(random)
    return MadeCustomer(
        number=f"KH{running:05d}",
        name=name,
        kind=kind,
        nature=_nature(random, kind, running),
        industry=industry,
        is_partner=kind == "enterprise" and random.random() < 0.05,
        department=owner.department,
        owner=owner.username,
        since=since,
        until=until,
        habit=_habit(random, quality),
        quality=quality,
        yearly_yuan=_yearly(random, kind, turnover, stage),
        terms_days=random.choice(next(days for line, days in TERMS if quality >= line)),
        stage=stage,
        identity_kind="resident_id" if kind == "person" else "uscc",
        identity=resident_id(_apart(born, running), running) if kind == "person" else credit_code(kind, running),
        address=text,
        region=where,
        bank=random.choice(BANKS) + random.choice(PLACES) + "支行",
        account=account(running),
        staff=staff,
        turnover_yuan=turnover,
        assets_yuan=assets,
        contacts=_contacts(random, running, kind, name),
        card=_card(random, kind, quality, since, born),
    )


def _apart(born: date, running: int) -> date:
    """Move the birthday by the running number, so that no two people get one ID."""
    return born + timedelta(days=running)


def _name(random: Random, kind: str, industry: str) -> str:
    if kind == "person":
        return person_name(random)
    return enterprise_name(random, industry) if kind == "enterprise" else office_name(random, kind)


def _nature(random: Random, kind: str, running: int) -> str:
    if kind in {"government", "public_institution"}:
        return "government"
    if kind == "person":
        return "person"
    return "special" if running % 9 == 0 else "partner" if running % 31 == 0 else "ordinary"


def _habit(random: Random, quality: float) -> str:
    seen = quality + random.gauss(0, 0.12)
    lines = ((0.82, "early"), (0.5, "steady"), (0.32, "slack"), (0.16, "late"))
    return next((habit for line, habit in lines if seen >= line), "bad")


def _size(random: Random, kind: str) -> tuple[int | None, Decimal | None, Decimal | None]:
    if kind != "enterprise":
        return None, None, None
    _share, usual, people = random.choices(SIZES, [share for share, _turnover, _staff in SIZES])[0]
    turnover = round(usual * random.lognormvariate(0, 0.7), -2)
    assets = round(turnover * random.uniform(0.5, 1.6), -2)
    return max(3, round(people * random.lognormvariate(0, 0.4) / 100)), Decimal(int(turnover)), Decimal(int(assets))


def _yearly(random: Random, kind: str, turnover: Decimal | None, stage: str) -> int:
    """Give what the customer rents in a usual year; nothing for one who has not dealt yet."""
    if stage in {"draft", "submitted"}:
        return 0
    usual = {"person": 60_000, "government": 600_000, "public_institution": 260_000, "association": 40_000}
    base = float(turnover) * 0.06 if turnover else usual[kind]
    return int(min(base * random.lognormvariate(0, 0.5), 5_200_000)) // 100 * 100


def _contacts(random: Random, running: int, kind: str, name: str) -> tuple[MadeContact, ...]:
    if kind == "person":
        return (MadeContact(name, "本人", phone(running * 3)),)
    return tuple(
        MadeContact(person_name(random), random.choice(DUTIES), phone(running * 3 + place))
        for place in range(random.randint(1, 3))
    )


def _card(random: Random, kind: str, quality: float, since: date, born: date) -> dict[str, str]:
    """Give the values of the archive card by the codes of its fields."""
    potential = "大" if quality > 0.7 else "中" if quality > 0.4 else "小"
    said = {"potential": potential, "attitude": "积极" if quality > 0.55 else "一般" if quality > 0.25 else "消极"}
    if kind == "person":
        return said | {
            "gender": random.choice(("男", "女")),
            "born_on": born.isoformat(),
            "employer": "自营",
            "job": random.choice(JOBS),
            "monthly_income": str(round(6000 + quality * 14000, -2)),
        }
    said |= {
        "legal_representative": person_name(random),
        "founded_on": (since - timedelta(days=random.randint(400, 7000))).isoformat(),
        "main_business": random.choice(("房屋建筑", "桥梁与隧道", "市政管网", "装修改造", "厂房与仓库", "公共服务")),
        "reputation": "好" if quality > 0.75 else "较好" if quality > 0.5 else "一般" if quality > 0.25 else "差",
    }
    if kind == "enterprise":
        said |= {
            "registered_capital": str(random.choice((100, 200, 500, 1000, 3000, 5000))),
            "ownership": random.choice(("民营", "民营", "民营", "国有", "合资")),
        }
    return said


def make_statements(random: Random, customers: tuple[MadeCustomer, ...], today: date) -> tuple[MadeStatement, ...]:
    """Give the yearly statements of enterprises and other organisations: two or three years of most, none of some."""
    made = []
    for customer in customers:
        if customer.kind == "person" or customer.stage in {"draft", "submitted"} or random.random() < 0.05:
            continue
        for back in range(random.choice((2, 3)), 0, -1):
            end = date(today.year - back, 12, 31)
            made.append(MadeStatement(customer.number, end, random.random() < 0.4, _figures(random, customer, back)))
    return tuple(made)


def _figures(random: Random, customer: MadeCustomer, back: int) -> dict[str, Decimal]:
    """Give figures that hold together: assets are liabilities and equity, the parts are in the wholes."""
    yearly = float(customer.turnover_yuan or 20 * customer.yearly_yuan)
    shrink = 1 - 0.06 * back * (customer.quality - 0.3)
    revenue = yearly * shrink * random.uniform(0.92, 1.08)
    assets = float(customer.assets_yuan or yearly) * shrink * random.uniform(0.95, 1.05)
    liabilities = assets * min(0.97, max(0.15, 0.9 - customer.quality * 0.55 + random.gauss(0, 0.06)))
    current = assets * random.uniform(0.45, 0.75)
    owed = liabilities * random.uniform(0.6, 0.9)
    profit = revenue * (customer.quality * 0.11 - 0.02 + random.gauss(0, 0.015))
    told = {
        "current_assets": current,
        "inventory": current * random.uniform(0.1, 0.35),
        "total_assets": assets,
        "current_liabilities": owed,
        "total_liabilities": liabilities,
        "equity": assets - liabilities,
        "receivables": current * random.uniform(0.2, 0.4),
        "short_term_loans": owed * random.uniform(0.2, 0.5),
        "revenue": revenue,
        "cost_of_sales": revenue * random.uniform(0.74, 0.86),
        "net_profit": profit,
        "total_profit": profit * 1.25 if profit > 0 else profit,
        "interest_expense": liabilities * 0.018,
        "operating_cash_flow": profit * random.uniform(0.4, 1.6) + revenue * 0.01,
    }
    whole = {name: Decimal(int(value)) for name, value in told.items()}
    return whole | {
        "equity": whole["total_assets"] - whole["total_liabilities"],
        "income_tax": whole["total_profit"] - whole["net_profit"],
    }
