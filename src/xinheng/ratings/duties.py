"""How a policy's procedure is divided: the steps that are the form itself, those of the round, and what follows after.

The form takes the leading steps that one role does by itself (fill, score, apply), and the customer's own application.
The round goes up to the last step that decides, or to the publication where the policy has one. What comes after (tell,
sign, file) is asked as tasks once the grade is in force, for the grade does not wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.model import Policy as PolicyText
from creditpolicy.model.defaults import Term, case_term
from creditpolicy.model.duties import Step as PolicyStep
from creditpolicy.problems import Refusal
from creditpolicy.program import Program
from xinheng.org.models import Person
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared
from xinheng.policies.roles import CUSTOMER, fillers_of
from xinheng.workflow import acts
from xinheng.workflow.acts import Kind
from xinheng.workflow.policy_steps import Filler, from_policy
from xinheng.workflow.procedures import STARTER, Procedure

OWN_ACTS = frozenset({"apply", "fill", "score", "verify"})
"""Acts that filling in the form can be."""
AFTER_ACTS = frozenset({"notify", "sign", "file", "publish"})
"""Acts that follow a decision."""
SCORING = frozenset({"fill", "score", "apply"})
"""Acts of a round whose taker may enter a value of his own for every judged or entered fact."""
FORM = "form"
"""The step of entries in the form, where the policy names none."""


@dataclass(frozen=True)
class Duties:
    """Who does what in a case under a version of a policy."""

    program: Program
    fillers: dict[str, Filler]
    own: tuple[PolicyStep, ...]
    decided: tuple[PolicyStep, ...]
    after: tuple[PolicyStep, ...]

    @property
    def policy(self) -> PolicyText:
        """What the version says."""
        return self.program.policy

    @property
    def form_step(self) -> str:
        """The step under which what is entered in the form is kept: the last that scores, else the last that fills."""
        scoring = [step.step for step in self.own if step.act == "score"]
        filling = [step.step for step in self.own if step.role != CUSTOMER]
        return next(reversed(scoring), next(reversed(filling), FORM))

    @property
    def form_role(self) -> str:
        """What the policy calls the role that fills in the form; empty where it leaves that open."""
        return next((step.role for step in self.own if step.role != CUSTOMER), "")

    @property
    def form_filler(self) -> Filler | None:
        """Who of the company fills in the form."""
        return self.fillers.get(self.form_role)

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each step in the chain; the form comes first."""
        steps = self.policy.procedure.steps if self.policy.procedure is not None else ()
        return {FORM: -1, STARTER: -1} | {step.step: index for index, step in enumerate(steps)}

    @cached_property
    def step(self) -> dict[str, PolicyStep]:
        """The steps by key."""
        steps = self.policy.procedure.steps if self.policy.procedure is not None else ()
        return {step.step: step for step in steps}

    @cached_property
    def entered_at(self) -> dict[str, str]:
        """For each fact that somebody enters, the step at which he does; the form's own step for what the form asks."""
        own = {role for step in self.own for role in (step.role, *step.with_roles)}
        found: dict[str, str] = {}
        for rule in self.program.inputs:
            if not rule.fact.is_entered:
                continue
            role = rule.fact.judged_by or rule.fact.collected_by
            later = next((step.step for step in self.decided if step.role == role and step.act != "approve"), None)
            found[rule.id] = self.form_step if later is None or role in own or self._same(role) else later
        return found

    def _same(self, role: str | None) -> bool:
        """Say whether the role is filled by whoever fills in the form."""
        filler = self.fillers.get(role) if role is not None else None
        return filler is not None and filler == self.form_filler

    def asked_at(self, step: str) -> frozenset[str]:
        """Give the facts that are entered at a step."""
        return frozenset(fact for fact, at in self.entered_at.items() if at == self.form_key(step))

    def form_key(self, step: str) -> str:
        """Give the step under which entries of a step are kept: what goes back to the starter is the form again."""
        return self.form_step if step in (STARTER, FORM) or step in {one.step for one in self.own} else step

    def scores_freely(self, step: str) -> bool:
        """Say whether the taker of a step may enter a value of his own for facts that others entered."""
        return step in self.step and step not in {one.step for one in self.own} and self.step[step].act in SCORING

    def procedure(self) -> Procedure:
        """Give the procedure of the round."""
        if self.policy.procedure is None:
            raise no_procedure(self.policy)
        own = {step.step for step in self.own}
        role = self.form_role
        steps = tuple(
            step.model_copy(update={
                "role": role if step.role == CUSTOMER else step.role,
                "with_roles": tuple(one for one in step.with_roles if one != CUSTOMER),
                "returns_to": STARTER if step.returns_to in own else step.returns_to,
            })
            for step in self.decided
        )  # fmt: skip
        here = {step.step for step in steps}
        apart = tuple(rule for rule in self.policy.procedure.apart if len(here.intersection(rule.steps)) > 1)
        told = self.policy.procedure.model_copy(update={"steps": steps, "apart": apart})
        return from_policy(self.policy.model_copy(update={"procedure": told}), self.fillers)

    def term(self) -> Term:
        """Give how many working days the steps up to the decision take, and whether that is only assumed."""
        return case_term((*self.own, *self.decided))

    def form_days(self) -> int | None:
        """Give within how many working days the form is filled in."""
        days = [step.within_days for step in self.own if step.within_days is not None and step.when is None]
        return sum(days) if days else None

    def role_label(self, role: str | None) -> str:
        """Give what the policy calls a role."""
        return next((str(one.label) for one in self.policy.roles if one.role == role), role or "")

    def step_label(self, step: str) -> str:
        """Give what a step is called."""
        return str(self.step[step].label) if step in self.step else _("填报")


def duties_of(version: Version, *, strict: bool = False) -> Duties:
    """Divide the procedure of a version; Refusal where it has none.

    `strict` refuses too where it names roles that nobody of the company fills, or where nobody decides.
    """
    program = prepared(version).program
    policy = program.policy
    if policy.procedure is None or not policy.procedure.steps:
        raise no_procedure(policy)
    steps = policy.procedure.steps
    named = {role for step in steps for role in (step.role, *step.with_roles)} - {CUSTOMER}
    found = fillers_of(policy, named | {role for role in _of_facts(program) if role != CUSTOMER})
    missing = sorted(named - found.keys())
    if missing and strict:
        labels = {role.role: str(role.label) for role in policy.roles}
        raise Refusal(
            _("制度里的角色还没有对应到公司的人: {roles}。请在“角色对照”里补上。").format(
                roles=listed(labels.get(role, role) for role in missing)
            )
        )
    own = _own(steps, found, policy)
    decided, after = _divided(steps[len(own) :], policy)
    if strict and not any(acts.kind(step.act) == Kind.DECIDE or step.act in ("meet", "score") for step in decided):
        raise Refusal(_("制度“{policy}”的流程里没有审批的步骤。请在制度里写明。").format(policy=policy.title))
    return Duties(program, found, own, decided, after)


def no_procedure(policy: PolicyText) -> Refusal:
    """Say that the policy has no procedure."""
    return Refusal(_("制度“{policy}”没有写流程。请在制度里写明步骤。").format(policy=policy.title))


def _of_facts(program: Program) -> set[str]:
    return {role for rule in program.inputs for role in (rule.fact.judged_by, rule.fact.collected_by) if role}


def _own(steps: tuple[PolicyStep, ...], found: dict[str, Filler], policy: PolicyText) -> tuple[PolicyStep, ...]:
    """Give the leading steps that are the form: the customer's application, then what one role does by itself."""
    own: list[PolicyStep] = []
    who: Filler | None = None
    apart = [set(rule.steps) for rule in policy.procedure.apart] if policy.procedure is not None else []
    for step in steps:
        if step.role == CUSTOMER and step.act in OWN_ACTS:
            own.append(step)
            continue
        if step.act not in OWN_ACTS or (who is not None and found.get(step.role, step.role) != who):
            break
        if any(step.step in rule and rule & {one.step for one in own} for rule in apart):
            break
        if step.act == "verify" and not any(one.role == CUSTOMER for one in own):
            break
        who = found.get(step.role, step.role)
        own.append(step)
    return tuple(own)


def _divided(
    steps: tuple[PolicyStep, ...], policy: PolicyText
) -> tuple[tuple[PolicyStep, ...], tuple[PolicyStep, ...]]:
    """Divide what comes after the form into the round and what follows it.

    Where results are published, the round ends with the publishing; the review of objections is a case of its own.
    """
    published = policy.procedure is not None and policy.procedure.publication is not None
    at = next((index for index, step in enumerate(steps) if published and step.act == "publish"), None)
    if at is not None:
        return steps[: at + 1], tuple(step for step in steps[at + 1 :] if step.act in AFTER_ACTS)
    last = max((index for index, step in enumerate(steps) if step.act not in AFTER_ACTS), default=-1)
    return steps[: last + 1], steps[last + 1 :]


def people_filling(filler: Filler | None) -> tuple[str, Person | None]:
    """Give the company's role, or the person, behind a filler."""
    if isinstance(filler, Person):
        return "", filler
    return filler or "", None
