"""Worked examples beside a policy (`cases.yaml`), run as tests: what a customer with these facts must get."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from pydantic import Field, ValidationError

from creditpolicy.compiler import ROW
from creditpolicy.customers import Customers, arrow_type, exact_facts
from creditpolicy.explain import CustomerRating, customer_rating
from creditpolicy.language import _, listed
from creditpolicy.model.values import Day, Line, Number, Part, Whole
from creditpolicy.plain import PlainReading, portfolio_of
from creditpolicy.prepared import Prepared, prepare
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.program import Program
from creditpolicy.ratings import Ratings
from creditpolicy.run import Run

AS_OF = datetime.date(2026, 1, 1)
Facts = dict[str, Any]


class Expected(Part):
    """What a case must give; what is not said is not looked at."""

    total: Number | None = None
    grade: Line | None = None
    points: dict[str, Number] = Field(default_factory=dict)
    vetoes: tuple[str, ...] | None = None
    limit: Number | None = None
    no_limit: bool = False
    terms_days: Whole | None = None
    missing: tuple[str, ...] | None = None
    problem: Line | None = None


class Case(Part):
    """One worked example."""

    case: Line
    facts: Facts = Field(default_factory=dict)
    portfolio: tuple[Facts, ...] | None = None
    as_of: Day | None = None
    expect: Expected


class Cases(Part):
    """The file of worked examples."""

    policy: Line
    defaults: Facts = Field(default_factory=dict)
    portfolio: tuple[Facts, ...] | None = None
    as_of: Day | None = None
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went: passed when `differences` is empty; each difference says expected and given."""

    case: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether all that was expected came."""
        return not self.differences


def run_cases(policy: str | Path | Prepared, path: Path | None = None) -> list[Outcome]:
    """Run the cases beside a policy (or those of `path`), each by both readings, which must agree."""
    prepared = prepare(policy)
    cases = read_cases(path or _beside(prepared))
    typed = [_typed(prepared.program, cases, case) for case in cases.cases]
    by_query = _by_query(prepared, [case for case in typed if isinstance(case, _Typed)])
    return [case if isinstance(case, Outcome) else _outcome(prepared, case, by_query[id(case)]) for case in typed]


def _beside(prepared: Prepared) -> Path:
    path = policy_folder(prepared) / "cases.yaml"
    if not path.is_file():
        raise Refusal(
            _("制度旁边没有 cases.yaml。"),
            [
                Problem(
                    "no-cases",
                    _("{file} 不存在。").format(file=path),
                    "",
                    _("在制度文件旁写一份算例, 或用 --cases 指明。"),
                )
            ],
        )
    return path


def policy_folder(prepared: Prepared) -> Path:
    """Give the folder that a policy lies in: a shipped policy's pack, or that of the file."""
    pack = Path(str(files("creditpolicy"))) / "packs" / prepared.policy.policy
    shipped = pack / "policy.yaml"
    if shipped.is_file() and hashlib.sha256(shipped.read_bytes()).hexdigest() == prepared.reading.sha256:
        return pack
    return Path(prepared.reading.file).parent


def read_cases(path: Path) -> Cases:
    """Read a file of cases; raise Refusal with its faults."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (BaseLoader makes only text)
        return Cases.model_validate(raw)
    except ValidationError as error:
        problems = [
            Problem(
                "case",
                ".".join(map(str, fault["loc"])) + ": " + str(fault.get("ctx", {}).get("message") or fault["msg"]),
                where=Place(file=path.name),
            )
            for fault in error.errors()
        ]
        raise Refusal(_("算例文件不能用。"), problems) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refusal(_("算例文件读不懂。"), [Problem("case", str(error), where=Place(file=path.name))]) from error


@dataclass(frozen=True, slots=True)
class _Typed:
    """A case with its facts exact; `pool` is its portfolio, by default the case itself."""

    case: Case
    facts: Facts
    pool: tuple[Facts, ...]
    day: datetime.date


def _typed(program: Program, cases: Cases, case: Case) -> _Typed | Outcome:
    try:
        facts = typed_facts(program, {**cases.defaults, **case.facts})
        rows = case.portfolio if case.portfolio is not None else cases.portfolio
        pool = (facts,) if rows is None else tuple(typed_facts(program, {**cases.defaults, **row}) for row in rows)
    except Refusal as refusal:
        return Outcome(case.case, (str(refusal),))
    return _Typed(case, facts, pool, case.as_of or cases.as_of or AS_OF)


def _outcome(prepared: Prepared, typed: _Typed, by_query: CustomerRating) -> Outcome:
    program = prepared.program
    reading = PlainReading(program, as_of=typed.day, portfolio=portfolio_of(program, typed.pool, as_of=typed.day))
    rating = customer_rating(reading, reading.rate(typed.facts))
    differences = list(_differences(typed.case.expect, rating))
    if _outline(by_query) != _outline(rating):
        differences.append(
            _("两种算法结果不同: {plain} 与 {query}").format(plain=_outline(rating), query=_outline(by_query))
        )
    return Outcome(typed.case.case, tuple(differences))


def typed_facts(program: Program, facts: Mapping[str, Any]) -> Facts:
    """Read the facts of a case as cells are read; an empty value is missing."""
    known = {rule.id: rule for rule in program.inputs}
    strange = [name for name in facts if name not in known]
    if strange:
        raise Refusal(_("制度里没有这些事实: {names}。").format(names=listed(strange)))
    return exact_facts(program, facts)


def _by_query(prepared: Prepared, typed: list[_Typed]) -> dict[int, CustomerRating]:
    """Rate the cases by the query, those of one day and one portfolio together."""
    relative = bool(prepared.program.portfolio_figures)
    groups: dict[tuple[datetime.date, str], list[_Typed]] = {}
    for case in typed:
        groups.setdefault((case.day, repr(case.pool) if relative else ""), []).append(case)
    found: dict[int, CustomerRating] = {}
    for (day, _pool), cases in groups.items():
        customers = customers_of(prepared.program, [case.facts for case in cases])
        portfolio = customers_of(prepared.program, list(cases[0].pool)) if relative else None
        result = Ratings(prepared, Run(prepared.program, customers, portfolio, day))
        found.update({id(case): rating for case, rating in zip(cases, result, strict=True)})
    return found


def customers_of(program: Program, rows: list[Facts]) -> Customers:
    """Make a table of customers from facts in Python, already exact."""
    columns: dict[str, Any] = {ROW: pa.array(range(1, len(rows) + 1), pa.int64())}
    for rule in program.inputs:
        columns[rule.id] = pa.array([row.get(rule.id) for row in rows], arrow_type(rule))
    return Customers(pa.table(columns), present=frozenset(rule.id for rule in program.inputs))


def _outline(rating: CustomerRating) -> tuple[Any, ...]:
    points = tuple(item.points for item in rating.items)
    return rating.total, rating.grade, rating.limit, rating.vetoes, points


def _differences(expected: Expected, rating: CustomerRating) -> list[str]:
    found: list[str] = []

    def check(name: str, wanted: Any, given: Any) -> None:
        if wanted != given:
            found.append(
                _("{name}: 应为 {wanted}, 实为 {given}").format(name=name, wanted=_plain(wanted), given=_plain(given))
            )

    if expected.total is not None:
        check("total", expected.total, rating.total)
    if expected.grade is not None:
        check("grade", expected.grade, rating.grade)
    points = {item.id: item.points for item in rating.items}
    for name, wanted in expected.points.items():
        check(f"points.{name}", wanted, points.get(name))
    if expected.vetoes is not None:
        check("vetoes", sorted(expected.vetoes), sorted(rating.vetoes))
    if expected.limit is not None or expected.no_limit:
        check("limit", expected.limit, rating.limit)
    if expected.terms_days is not None:
        check("terms_days", expected.terms_days, rating.terms_days)
    if expected.missing is not None:
        check("grade", None, rating.grade)
        missing = {name for problem in rating.problems for name in problem.facts}
        check("missing", sorted(expected.missing), sorted(missing))
    if expected.problem is not None:
        check("problem", expected.problem, next((problem.code for problem in rating.problems), None))
    return found


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return ", ".join(value) if isinstance(value, list) else str(value)
