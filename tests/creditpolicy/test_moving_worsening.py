"""What makes statements worse: a condition of the policy over this period's ratios and those before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from creditpolicy.checks import check_policy
from creditpolicy.moving import worse_by
from creditpolicy.prepared import prepare
from creditpolicy.problems import Refusal
from creditpolicy.program.statements import statement_names
from creditpolicy.reader import load_policy, read_policy
from creditpolicy.wording import formula_words

PACKS = ("auto-dealer", "credit-standing", "enterprise-rating", "leasing", "sales-credit")
SOUND = {"asset_liability_ratio": Decimal("0.5"), "current_ratio": Decimal(2), "net_margin": Decimal("0.05")}


def changed(**ratios: str) -> dict[str, Decimal | None]:
    return {**SOUND, **{name: Decimal(value) for name, value in ratios.items()}}


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize(
    ("now", "is_worse"),
    [
        (changed(asset_liability_ratio="0.6"), True),
        (changed(asset_liability_ratio="0.599999"), False),
        (changed(current_ratio="1.4"), True),
        (changed(current_ratio="1.400001"), False),
        (changed(net_margin="-0.000001"), True),
        (changed(net_margin="0"), False),
        (changed(), False),
        ({}, False),
        ({"net_margin": Decimal("-0.1")}, True),
    ],
)
def test_each_pack_says_how_much_worse(pack: str, now: dict[str, Decimal | None], is_worse: bool) -> None:
    program = prepare(pack).program
    found = worse_by(program, now, SOUND)
    assert bool(found) is is_worse
    assert all(entry.assumed for entry in found)
    assert worse_by(program, now, {}) == (), "what is unknown does not hold"


def test_the_condition_speaks_of_statements_and_of_nothing_else() -> None:
    text = load_policy("leasing").text
    when = "when: asset_liability_ratio >= before_asset_liability_ratio + 0.1"
    assert when in text
    assert "before_net_margin" in statement_names()
    assert "before_before_net_margin" not in statement_names()
    with pytest.raises(Refusal):
        prepare(read_policy(text.replace(when, "when: cumulative_rent >= before_asset_liability_ratio + 0.1")))
    of_another = text.replace("event: dispute\n", "event: dispute\n      when: net_margin < 0\n")
    assert of_another != text
    with pytest.raises(Refusal) as refusal:
        prepare(read_policy(of_another))
    assert any("只有报表恶化" in problem.what for problem in refusal.value.problems)


def test_a_policy_that_does_not_say_what_is_worse_is_remarked_on() -> None:
    text = load_policy("leasing").text
    lines = [line for line in text.splitlines(keepends=True) if "before_asset_liability_ratio" not in line]
    found = check_policy(read_policy("".join(lines)))
    assert [(problem.code, problem.severity) for problem in found] == [("no-condition", "warning")]


def test_it_is_told_in_words() -> None:
    program = prepare("leasing").program
    assert formula_words(program, "net_margin < 0 and before_net_margin >= 0") == "销售净利率 < 0 且 上期销售净利率 ≥ 0"
