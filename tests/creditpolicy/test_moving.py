"""How a grade moves: down at once, up by what has held, overrides within their notches; the same however it is told."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditpolicy.language import use_language
from creditpolicy.model import Changes, Down, GradeEvent, Override, Policy, Up
from creditpolicy.moving import (
    Corrected,
    Happened,
    Happening,
    Kept,
    Overridden,
    OverrideEnded,
    Position,
    Rated,
    Revoked,
    Rules,
    Standing,
    Thawed,
    advance,
    course,
    in_force,
    may_override,
    measure,
    next_looks,
    next_review,
    override_problems,
    published_until,
    rerate_by,
    settle,
    takes_force_on,
)
from creditpolicy.problems import Refusal
from creditpolicy.reader import load_policy

PACKS = ("auto-dealer", "credit-standing", "enterprise-rating", "leasing", "sales-credit", "sales-tiering")
START = datetime.date(2026, 1, 1)


def pack(name: str) -> Policy:
    policy = load_policy(name).policy
    assert policy is not None
    return policy


def day(number: int) -> datetime.date:
    return START + datetime.timedelta(days=number)


def moved(policy: Policy, **changes: object) -> Policy:
    base = policy.changes or Changes()
    return policy.model_copy(update={"changes": base.model_copy(update=changes)})


LEASING = pack("leasing")


def grades(policy: Policy, *happenings: Happening, until: int | None = None) -> list[tuple[str | None, int]]:
    told = course(policy, happenings, until=day(until) if until is not None else None)
    return [(standing.grade, (standing.since - START).days) for standing in told.standings]


# Cases of the shipped policies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PACKS)
def test_a_first_rating_takes_force_at_once(name: str) -> None:
    policy = pack(name)
    for grade in policy.grades:
        told = course(policy, [Rated(grade.grade, day(0), "R1")])
        assert [(each.grade, each.since, each.cause) for each in told.standings] == [(grade.grade, day(0), "first")]
        assert told.waiting is None


@pytest.mark.parametrize("name", PACKS)
def test_a_worse_result_takes_force_at_once(name: str) -> None:
    policy = pack(name)
    best, worst = policy.grades[0].grade, policy.grades[-1].grade
    told = course(policy, [Rated(best, day(0)), Rated(worst, day(5))])
    assert (told.standings[-1].grade, told.standings[-1].since) == (worst, day(5))


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("auto-dealer", [("D", 0), ("C", 190), ("B", 370), ("A", 550)]),
        ("credit-standing", [("D", 0), ("C", 100), ("B", 190), ("A", 280)]),
        ("enterprise-rating", [("C", 0), ("B", 100), ("A", 190), ("AA", 280), ("AAA", 370)]),
        ("leasing", [("ungraded", 0), ("C", 100), ("B", 190), ("A", 280)]),
        ("sales-credit", [("D", 0), ("C", 100), ("B", 190), ("A", 280)]),
        ("sales-tiering", [("C", 0), ("VIP", 10)]),
    ],
)
def test_a_better_result_rises_by_the_days_and_notches_of_the_policy(name: str, steps: list[tuple[str, int]]) -> None:
    policy = pack(name)
    best, worst = policy.grades[0].grade, policy.grades[-1].grade
    assert grades(policy, Rated(worst, day(0)), Rated(best, day(10)), until=2000) == steps


def test_a_result_that_waits_is_kept_and_shown() -> None:
    told = course(LEASING, [Rated("C", day(0), "R1"), Rated("A", day(10), "R2")], until=day(20))
    assert told.waiting is not None
    assert (told.waiting.result, told.waiting.grade, told.waiting.since, told.waiting.on) == (
        "A",
        "B",
        day(10),
        day(100),
    )
    assert [(kept.grade, kept.what, kept.reference) for kept in told.kept] == [("A", "waits", "R2")]
    assert told.kept[0].sentence == (
        "评级结果“A 级 优质客户”好于在用的“C 级 一般客户”, 须保持 90 天; 不变差则 2026-04-11 起升为“B 级 良好客户”。"
    )


def test_a_rise_by_waiting_says_why_and_refers_to_the_last_rating() -> None:
    told = course(
        LEASING, [Rated("C", day(0), "R1"), Rated("A", day(10), "R2"), Rated("A", day(60), "R3")], until=day(100)
    )
    last = told.standings[-1]
    assert (last.grade, last.cause, last.rating, last.clause) == ("B", "waited", "R3", "假定")
    assert last.sentence == (
        "较好的结果自 2026-01-11 起已满 90 天, 由“C 级 一般客户”上调为“B 级 良好客户”。结果为“A 级 优质客户”, 一次最多上调 1 级。"
    )


def test_a_worse_result_in_between_ends_the_wait() -> None:
    happenings = [Rated("C", day(0)), Rated("B", day(10)), Rated("C", day(50)), Rated("B", day(60))]
    assert grades(LEASING, *happenings, until=149) == [("C", 0), ("C", 50)]
    assert grades(LEASING, *happenings, until=150)[-1] == ("B", 150)


def test_a_lesser_but_better_result_goes_on_with_the_wait_it_shares() -> None:
    happenings = [Rated("ungraded", day(0)), Rated("A", day(10)), Rated("C", day(50))]
    assert grades(LEASING, *happenings, until=400) == [("ungraded", 0), ("C", 100)]


def test_without_a_limit_of_notches_each_grade_rises_when_its_own_days_are_full() -> None:
    policy = moved(LEASING, up=Up(after_days=90))
    happenings = [Rated("ungraded", day(0)), Rated("B", day(10)), Rated("A", day(40))]
    assert grades(policy, *happenings, until=400) == [("ungraded", 0), ("B", 100), ("A", 130)]


def test_where_falls_wait_a_worse_result_takes_force_after_its_days() -> None:
    policy = moved(LEASING, down=Down(after_days=10))
    happenings = [Rated("A", day(0)), Rated("B", day(20)), Rated("C", day(25))]
    assert grades(policy, *happenings, until=60) == [("A", 0), ("B", 30), ("C", 35)]
    recovered = [Rated("A", day(0)), Rated("C", day(20)), Rated("A", day(25))]
    assert grades(policy, *recovered, until=60) == [("A", 0), ("A", 25)]


def test_an_event_lowers_at_once_and_the_better_rating_of_the_same_day_waits() -> None:
    policy = pack("auto-dealer")
    told = course(
        policy, [Rated("A", day(0)), Happened("lawsuit", day(9), "I1"), Rated("A", day(9), "R2")], until=day(10)
    )
    assert [(each.grade, each.cause) for each in told.standings] == [("A", "first"), ("C", "event")]
    assert told.standings[-1].sentence == "因涉诉等重大负面事件由“信用优秀”下调为“信用一般”, 当日生效。"
    assert told.standings[-1].clause == "三.3"
    assert told.waiting is not None
    assert told.waiting.on == day(9 + 180)


def test_a_lowering_never_raises() -> None:
    policy = pack("auto-dealer")
    told = course(policy, [Rated("D", day(0)), Happened("lawsuit", day(9))])
    assert [each.grade for each in told.standings] == ["D"]
    assert told.kept[0].sentence == "涉诉等重大负面事件: 应压到“信用一般”, 等级已不高于此, 不变。"


def test_a_lowering_without_a_grade_takes_one() -> None:
    policy = moved(LEASING, events=(GradeEvent(event="anomaly", effect="lower"),))
    assert grades(policy, Rated("A", day(0)), Happened("anomaly", day(1)), Happened("anomaly", day(2))) == [
        ("A", 0), ("B", 1), ("C", 2),
    ]  # fmt: skip


def test_a_freeze_leaves_the_grade_and_stops_it_from_rising_until_it_is_lifted() -> None:
    happenings = [Rated("C", day(0)), Rated("B", day(10)), Happened("default", day(20), "I1")]
    told = course(LEASING, happenings, until=day(300))
    assert [(each.grade, each.cause, each.frozen) for each in told.standings] == [
        ("C", "first", False),
        ("C", "freeze", True),
    ]
    assert told.waiting is not None
    assert "冻结期间不上调" in told.waiting.sentence
    told = course(LEASING, [*happenings, Thawed(day(310))], until=day(310))
    assert [(each.grade, each.cause, each.since) for each in told.standings[-2:]] == [
        ("C", "thawed", day(310)), ("B", "waited", day(310)),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["credit-standing", "enterprise-rating", "leasing", "sales-credit", "sales-tiering"])
def test_false_information_revokes_and_he_begins_again_from_the_last_grade(name: str) -> None:
    policy = pack(name)
    best, worst = policy.grades[0].grade, policy.grades[-1].grade
    told = course(policy, [Rated(best, day(0)), Happened("false_information", day(5)), Rated(best, day(6))])
    revoked, again = told.standings[1:3]
    assert (revoked.grade, revoked.cause) == (None, "revoked")
    assert again.grade == (best if name == "sales-tiering" else worst)  # That policy lets grades rise at once.


def test_auto_dealer_freezes_for_false_information_instead() -> None:
    told = course(pack("auto-dealer"), [Rated("A", day(0)), Happened("false_information", day(5))])
    assert [(each.grade, each.frozen) for each in told.standings] == [("A", False), ("A", True)]


def test_an_event_that_the_policy_does_not_know_changes_nothing() -> None:
    told = course(LEASING, [Rated("A", day(0)), Happened("penalty", day(5))])
    assert [each.grade for each in told.standings] == ["A"]
    assert told.kept[0].sentence == "处罚: 制度没有规定后果, 等级不变。"


def test_an_event_says_by_when_he_is_rated_again() -> None:
    assert rerate_by(LEASING, "overdue", day(0)) == day(3)
    assert rerate_by(LEASING, "default", day(0)) == day(0)  # review.same_day, beside the freeze
    assert rerate_by(LEASING, "penalty", day(0)) is None
    assert rerate_by(pack("credit-standing"), "dispute", day(0)) == day(0)
    told = course(LEASING, [Rated("A", day(0)), Happened("overdue", day(5))])
    assert told.kept[0].sentence == "租金逾期超过 30 天: 须在 2026-01-09 之前重新评级。"


# Overrides ------------------------------------------------------------------------------------------------------------


def test_an_override_holds_for_its_days_and_ends_by_itself() -> None:
    given_ = [Rated("B", day(0)), Overridden("A", "general_manager", day(10), day(99), "O1")]
    assert grades(LEASING, *given_, until=99) == [("B", 0), ("A", 10)]
    told = course(LEASING, given_, until=day(100))
    assert (told.standings[-1].grade, told.standings[-1].since, told.standings[-1].cause) == (
        "B",
        day(100),
        "override_ended",
    )
    assert told.standings[-1].sentence == "人工调整“A 级 优质客户”到期, 等级按评分为“B 级 良好客户”。"


def test_an_override_taken_back_ends_that_day() -> None:
    told = course(
        LEASING,
        [Rated("B", day(0)), Overridden("A", "general_manager", day(1), day(50), "O1"), OverrideEnded(day(7), "O1")],
    )
    assert [each.grade for each in told.standings] == ["B", "A", "B"]


def test_results_go_on_beneath_an_override_and_come_out_when_it_ends() -> None:
    policy = moved(LEASING, overrides=(Override(by="general_manager", notches=2, days=90),))
    happenings = [Rated("B", day(0)), Overridden("A", "general_manager", day(1), day(80)), Rated("C", day(30), "R2")]
    told = course(policy, happenings, until=day(81))
    assert [(each.grade, (each.since - START).days) for each in told.standings] == [("B", 0), ("A", 1), ("C", 81)]
    assert [(kept.what, kept.grade) for kept in told.kept] == [("beneath", "C")]


def test_an_override_is_never_further_from_the_score_than_its_notches() -> None:
    happenings = [Rated("B", day(0)), Overridden("A", "general_manager", day(1), day(80)), Rated("C", day(30))]
    told = course(LEASING, happenings)
    assert (told.standings[-1].grade, told.standings[-1].cause) == ("B", "rated")
    assert "人工调整最多偏离 1 级" in told.standings[-1].sentence


def test_an_event_pierces_an_override_that_favours_but_not_one_that_holds_down() -> None:
    favour = [Rated("B", day(0)), Overridden("A", "general_manager", day(1), day(80)), Happened("overdue", day(5))]
    assert grades(LEASING, *favour) == [("B", 0), ("A", 1), ("B", 5)]
    strict = [Rated("B", day(0)), Overridden("C", "general_manager", day(1), day(80)), Happened("overdue", day(5))]
    assert grades(LEASING, *strict) == [("B", 0), ("C", 1)]


def test_who_may_override_how_far_and_how_long_is_held_against_the_policy() -> None:
    def codes(*grades_: str | None, role: str = "general_manager", days: int = 90, reason: str = "大客户") -> list[str]:
        found = override_problems(LEASING, grades_[0], str(grades_[1]), by_role=role, days=days, reason=reason)
        return [problem.code for problem in found]

    assert codes("B", "A") == codes("B", "C") == []
    assert codes("B", "ungraded") == ["too-far"]
    assert codes("B", "A", role="sales") == ["not-allowed"]
    assert codes("B", "A", days=91, reason=" ") == ["too-long", "no-reason"]
    assert codes("B", "Z") == ["unknown-grade"]
    assert codes(None, "A") == ["not-rated"]
    assert not may_override(LEASING, "B", "A", by_role="general_manager", days=0, reason="大客户")
    problem = override_problems(LEASING, "C", "A", by_role="general_manager", days=9, reason="大客户")[0]
    assert str(problem.fix) == "可以调整为: B 级 良好客户、不入级。"


def test_an_override_against_the_policy_is_refused_by_the_fold_too() -> None:
    with pytest.raises(Refusal):
        course(LEASING, [Rated("C", day(0)), Overridden("A", "general_manager", day(1), day(5))])
    with pytest.raises(Refusal):
        course(LEASING, [Overridden("A", "general_manager", day(1), day(5))])


def test_what_is_older_than_the_last_thing_is_refused() -> None:
    position, _steps = advance(LEASING, Position(), Rated("A", day(5)))
    with pytest.raises(Refusal, match="不能再记"):
        advance(LEASING, position, Rated("B", day(4)))


# Reviews and publication ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "grade", "since", "on"),
    [
        ("leasing", "A", "2026-01-31", "2027-01-31"),
        ("leasing", "B", "2026-08-31", "2027-02-28"),
        ("leasing", "ungraded", "2026-11-30", "2027-02-28"),
        ("auto-dealer", "B", "2024-02-29", "2025-02-28"),
        ("auto-dealer", "D", "2026-01-01", "2026-07-01"),
        ("credit-standing", "A", "2026-01-01", "2026-04-01"),
        ("enterprise-rating", "AA", "2026-01-01", "2027-01-01"),
        ("sales-credit", "A", "2026-01-01", "2026-04-01"),  # the yearly one is not followed
        ("sales-tiering", "A", "2026-12-24", "2026-12-25"),
        ("sales-tiering", "A", "2026-12-25", "2027-12-25"),
    ],
)
def test_the_next_review_is_as_the_policy_says(name: str, grade: str, since: str, on: str) -> None:
    due = next_review(pack(name), grade, datetime.date.fromisoformat(since))
    assert due is not None
    assert due.on == datetime.date.fromisoformat(on)
    assert due.period.act == "rate"


def test_fixed_days_have_a_last_one() -> None:
    due = next_review(pack("sales-tiering"), "A", START)
    assert due is not None
    assert (due.on, due.last) == (datetime.date(2026, 12, 25), datetime.date(2026, 12, 30))


def test_checks_are_listed_beside_reviews() -> None:
    looks = next_looks(pack("auto-dealer"), "A", START)
    assert [(due.period.act, due.on) for due in looks] == [
        ("monitor", datetime.date(2026, 2, 1)), ("rate", datetime.date(2027, 1, 1)),
    ]  # fmt: skip


def test_a_published_result_takes_force_after_its_days() -> None:
    policy = pack("enterprise-rating")
    assert published_until(policy, day(0)) == day(6)
    assert takes_force_on(policy, day(0)) == day(7)
    assert published_until(LEASING, day(0)) is None
    assert takes_force_on(LEASING, day(0)) == day(0)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_sentences_are_told_in_the_reader_s_language(language: str) -> None:
    use_language(language)
    try:
        told = course(LEASING, [Rated("A", day(0)), Rated("B", day(3))])
    finally:
        use_language("zh-hans")
    assert str(LEASING.grades[1].label.in_language(language)) in told.standings[-1].sentence  # type: ignore[union-attr]


# An error of ours -----------------------------------------------------------------------------------------------------


def test_what_we_had_wrong_is_put_right_at_once_and_not_by_one_grade() -> None:
    told = course(LEASING, [Rated("ungraded", day(0)), Rated("A", day(10), "R2"), Corrected("A", day(12), "R2")])
    last = told.standings[-1]
    assert (last.grade, last.since, last.cause, last.reference) == ("A", day(12), "corrected", "R2")
    assert "更正为“A 级 优质客户”, 当日生效, 不须等待" in last.sentence
    assert told.waiting is None


def test_a_correction_is_no_better_than_the_last_say() -> None:
    worse_since = [Rated("C", day(0)), Rated("A", day(10)), Rated("B", day(11)), Corrected("A", day(12))]
    told = course(LEASING, worse_since)
    assert told.standings[-1].grade == "B"
    assert "其余须等待" in told.standings[-1].sentence


def test_a_correction_leaves_alone_what_is_no_worse() -> None:
    told = course(LEASING, [Rated("B", day(0)), Rated("C", day(1)), Corrected("C", day(2), "R")])
    assert [(kept.what, kept.reference) for kept in told.kept] == [("nothing", "R")]
    assert told.standings[-1].grade == "C"
    nobody = course(LEASING, [Rated("B", day(0)), Revoked(day(1)), Corrected("B", day(2))])
    assert nobody.position.grade is None


DEALER = pack("auto-dealer")


def test_no_correction_lifts_him_above_where_an_event_pressed_him() -> None:
    told = [Rated("A", day(0)), Happened("lawsuit", day(1)), Rated("A", day(5), "R"), Corrected("A", day(6), "R")]
    whole = course(DEALER, told)
    assert whole.standings[-1].grade == whole.position.forced != "A"
    wrongly = [Rated("D", day(0)), Happened("penalty", day(1)), Rated("A", day(5)), Corrected("A", day(6))]
    assert course(DEALER, wrongly).position.grade == "C", "as far as the penalty lets him"


def test_once_he_has_risen_above_it_by_waiting_an_event_presses_no_more() -> None:
    told = [Rated("A", day(0)), Happened("lawsuit", day(1)), Rated("A", day(5))]
    risen = course(DEALER, told, until=day(1000)).position
    assert (risen.grade, risen.forced) == ("A", None)
    again = course(DEALER, [Rated("C", day(1001)), Rated("A", day(1002)), Corrected("A", day(1003))], begin=risen)
    assert again.position.grade == "A"


def test_a_freeze_holds_a_correction_up_until_the_day_it_ends() -> None:
    told = [Rated("C", day(0)), Happened("default", day(1)), Rated("A", day(5)), Corrected("A", day(6), "R")]
    frozen = course(LEASING, told, until=day(400))
    assert (frozen.position.grade, frozen.position.owed) == ("C", "A")
    assert "解除当日更正" in frozen.kept[-1].sentence
    thawed = course(LEASING, [*told, Thawed(day(20))])
    assert (thawed.standings[-1].grade, thawed.standings[-1].since, thawed.standings[-1].cause) == (
        "A",
        day(20),
        "corrected",
    )
    worse = course(LEASING, [*told, Rated("B", day(10)), Thawed(day(20))])
    assert worse.standings[-1].grade == "B"


def test_a_correction_says_its_clause_where_the_policy_has_one() -> None:
    told = course(DEALER, [Rated("D", day(0)), Rated("B", day(1)), Corrected("B", day(2))])
    assert told.standings[-1].clause.startswith("五.1")


# Properties -----------------------------------------------------------------------------------------------------------

POLICIES = {name: pack(name) for name in PACKS}
POLICIES["slow falls"] = moved(LEASING, down=Down(after_days=10))
POLICIES["no limit"] = moved(LEASING, up=Up(after_days=40))
POLICIES["wide"] = moved(pack("enterprise-rating"), overrides=(Override(by="management", notches=2, days=200),))
EVENTS = ("overdue", "default", "lawsuit", "penalty", "false_information", "worse_statements", "anomaly")


@st.composite
def histories(draw: st.DrawFn, *, only_ratings: bool = False) -> tuple[Policy, list[Happening]]:
    policy = POLICIES[draw(st.sampled_from(sorted(POLICIES)))]
    names = [grade.grade for grade in policy.grades]
    told: list[Happening] = [Rated(draw(st.sampled_from(names)), day(0), "R0")]
    at = 0
    for number in range(draw(st.integers(0, 12))):
        at += draw(st.sampled_from([0, 0, 1, 9, 10, 30, 45, 89, 90, 91, 180]))
        kinds = ["rated"] * 5 + (
            [] if only_ratings else ["event", "event", "override", "ended", "thawed", "revoked", "corrected"]
        )
        kind = draw(st.sampled_from(kinds))
        match kind:
            case "rated":
                told.append(Rated(draw(st.sampled_from(names)), day(at), f"R{number + 1}"))
            case "event":
                told.append(Happened(draw(st.sampled_from(EVENTS)), day(at), f"I{number}"))
            case "override":
                role = policy.changes.overrides[0].by if policy.changes else ""
                until = at + draw(st.integers(0, 89))
                told.append(Overridden(draw(st.sampled_from(names)), role, day(at), day(until), f"O{number}"))
            case "ended":
                told.append(OverrideEnded(day(at)))
            case "thawed":
                told.append(Thawed(day(at)))
            case "revoked":
                told.append(Revoked(day(at)))
            case "corrected":
                told.append(Corrected(draw(st.sampled_from(names)), day(at), f"Y{number}"))
    return policy, possible(policy, told)


def possible(policy: Policy, told: list[Happening]) -> list[Happening]:
    """Leave out what the fold refuses (an override too far from the score)."""
    position, kept = Position(), []
    for happening in told:
        try:
            position, _steps = advance(policy, position, happening)
        except Refusal:
            assert isinstance(happening, Overridden)
            continue
        kept.append(happening)
    return kept


@settings(max_examples=120, deadline=None)
@given(histories(), st.data())
def test_told_bit_by_bit_it_is_the_same_as_told_at_once(
    history: tuple[Policy, list[Happening]], data: st.DataObject
) -> None:
    policy, told = history
    end = told[-1].on + datetime.timedelta(days=400)
    whole = course(policy, told, until=end)
    position, steps = Position(), []
    for happening in told:
        if position.day is not None and data.draw(
            st.booleans()
        ):  # The daily job, on any day in between and on that day.
            room = (happening.on - position.day).days
            between = position.day + datetime.timedelta(days=data.draw(st.integers(0, room)))
            position, new = settle(policy, position, between)
            steps += new
        position = Position.from_json(json.loads(json.dumps(position.as_json())))
        position, new = advance(policy, position, happening)
        steps += new
    position, new = settle(policy, position, end)
    assert position == whole.position
    assert (*steps, *new) == whole.steps


@settings(max_examples=120, deadline=None)
@given(histories(only_ratings=True))
def test_nobody_rises_above_what_has_held(history: tuple[Policy, list[Happening]]) -> None:
    policy, told = history
    rules = Rules.of(policy)
    if rules.down_days:
        return
    whole = course(policy, told, until=told[-1].on + datetime.timedelta(days=1000))
    rises, before = [], None
    for standing in whole.standings:
        if before is not None and rules.place[standing.grade or ""] < rules.place[before]:
            rises.append(standing)
            up = rules.place[before] - rules.place[standing.grade or ""]
            assert rules.up_notches is None or up <= rules.up_notches
        before = standing.grade
    for standing in rises:
        begun = standing.since - datetime.timedelta(days=rules.up_days)
        heard = [each for each in told if isinstance(each, Rated) and each.on < standing.since]
        in_time = [each for each in heard if each.on >= begun]
        earlier = [each for each in heard if each.on <= begun]
        needed = rules.place[standing.grade or ""]
        if rules.up_days:
            assert earlier, "nothing had been heard so long before"
            assert all(rules.place[each.grade] <= needed for each in (*earlier[-1:], *in_time) if each.on > begun)
            assert rules.place[earlier[-1].grade] <= needed
    if rules.up_days and rules.up_notches:
        for one, other in pairwise(rises):
            assert (other.since - one.since).days >= rules.up_days
    # What is heard at last comes in the end, if nothing worse follows.
    last = told[-1]
    assert isinstance(last, Rated)
    assert rules.up_days == 0 or before == last.grade


@settings(max_examples=120, deadline=None)
@given(histories())
def test_the_grade_is_never_better_than_the_last_say_unless_somebody_set_it_so(
    history: tuple[Policy, list[Happening]],
) -> None:
    policy, told = history
    rules = Rules.of(policy)
    position = Position()
    for happening in told:
        before = in_force(rules, settle(rules, position, happening.on)[0])
        position, _steps = advance(rules, position, happening)
        now = in_force(rules, position)
        if position.grade is not None and position.result is not None and not rules.down_days:
            assert rules.place[position.grade] >= rules.place[position.result]
        if position.override is None:
            assert now == position.grade
        elif now is not None:
            away = rules.place[now] - rules.place[measure(rules, position) or now]
            assert abs(away) <= position.override.notches
        if isinstance(happening, Happened) and before is not None and now is not None:
            assert rules.place[now] >= rules.place[before], "an event raises nobody"
        if isinstance(happening, Happened) and rules.events(happening.event) and position.override is not None:
            assert not position.override.favour, "an event pierces what favours"


@settings(max_examples=120, deadline=None)
@given(histories(), st.data())
def test_a_correction_brings_the_same_day_what_nothing_stands_against(
    history: tuple[Policy, list[Happening]], data: st.DataObject
) -> None:
    policy, told = history
    rules = Rules.of(policy)
    before = course(policy, told).position
    grade = data.draw(st.sampled_from(rules.grades))
    after = course(policy, [Corrected(grade, told[-1].on)], begin=before).position
    if before.grade is None or before.frozen is not None:
        assert after.grade == before.grade
        return
    owed = rules.worse(grade, before.result, before.forced)
    assert owed is not None
    assert after.grade == min(before.grade, owed, key=rules.place.__getitem__)
    assert (after.result, after.no_worse, after.rose) == (before.result, before.no_worse, before.rose), "waits go on"
    pressed = [each for each in told if isinstance(each, Happened)]
    if after.forced is not None:
        assert pressed
        assert rules.place[after.grade or ""] >= rules.place[after.forced]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([name for name in sorted(POLICIES) if name not in ("sales-tiering", "slow falls")]), st.data())
def test_the_order_of_one_day_does_not_change_where_he_stands_that_day(name: str, data: st.DataObject) -> None:
    policy = POLICIES[name]
    names = st.sampled_from([grade.grade for grade in policy.grades])
    events = st.sampled_from(["overdue", "lawsuit", "penalty", "worse_statements"])
    begin = [Rated(data.draw(names), day(0))]
    same_day = data.draw(
        st.lists(
            st.one_of(
                names.map(lambda grade: Rated(grade, day(30))), events.map(lambda event: Happened(event, day(30)))
            ),
            min_size=1,
            max_size=4,
        )
    )
    ends = {course(policy, [*begin, *order]).position.grade for order in permutations(same_day)}
    assert len(ends) == 1


@settings(max_examples=80, deadline=None)
@given(histories())
def test_the_steps_tell_the_whole_story(history: tuple[Policy, list[Happening]]) -> None:
    policy, told = history
    whole = course(policy, told)
    assert whole == course(policy, told)
    assert whole.standings[-1].grade == in_force(policy, whole.position)
    assert whole.standings[-1].frozen == (whole.position.frozen is not None)
    days = [step.since if isinstance(step, Standing) else step.on for step in whole.steps]
    assert days == sorted(days)
    assert all(step.sentence for step in whole.steps)
    heard = {step.reference for step in whole.steps if step.reference.startswith("R")}
    assert heard == {each.reference for each in told if isinstance(each, Rated)}, "every result is shown"
    assert all(isinstance(step, Standing | Kept) for step in whole.steps)
    assert replace(whole.position) == whole.position
