"""Mail to the customer: written down in the transaction that moves his grade or answers him, sent by the worker.

To whom: those who were invited and whose invitation is open, and the main contact, each by himself and in the language
that he last read in. Who has no address gets the letter on paper (`portal.letter`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, Actor, act, record, stopped
from xinheng.customers.models import Contact, Customer
from xinheng.policies.queries import main_version
from xinheng.portal.letters import mail_of, of_answer, of_grade, speaking
from xinheng.portal.models import Invitation, Letter
from xinheng.portal.seeing import seen_by
from xinheng.ratings.access import open_to_customer
from xinheng.ratings.listeners import Moved
from xinheng.ratings.models import Assessment, Objection, Rating
from xinheng.ratings.queries import in_parts
from xinheng.workflow.notices import mail

WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 60, 6 * 60, 24 * 60))
"""How long is waited after the first, second, … try that failed; after the last one it is given up."""
LEASE = timedelta(minutes=10)
AT_ONCE = 200
"""How many letters go before other duties have their turn."""
State, Sort = Letter.State, Letter.Sort


class OfGrades:
    """Writes down whom to tell of a grade that moved."""

    def on_standings(self, moved: Sequence[Moved], *, by: Actor, on: date) -> None:
        """Write a letter for each customer with an address whose grade or freeze moved, where the policy opens it."""
        version = main_version(on) if settings.MAIL else None
        if version is None or not open_to_customer(version, "grade"):
            return
        wanted = {
            one.standing.customer_id: one.standing
            for one in moved
            if one.standing.policy_id == version.policy_id and one.standing.grade and _differs(one)
        }
        found = with_address(wanted)
        Letter.objects.bulk_create(
            [Letter(customer_id=one, sort=Sort.GRADE, standing=wanted[one], made_on=on) for one in sorted(found)],
            batch_size=1000,
        )

    def on_ratings(self, ratings: Sequence[Rating], *, by: Actor, on: date) -> None:
        """Leave ratings alone until they come into force."""

    def on_decided(self, assessment: Assessment, *, by: Actor, on: date) -> None:
        """Leave cases alone: what comes of them is told when it takes force."""


def on_answered(objection: Objection, on: date) -> None:
    """Write down that a customer is to be told the answer to what he himself objected."""
    is_own = objection.channel == Objection.Channel.PORTAL
    if settings.MAIL and is_own and with_address([objection.customer_id]):
        Letter.objects.create(customer=objection.customer, sort=Sort.ANSWER, objection=objection, made_on=on)


def _differs(moved: Moved) -> bool:
    before, now = moved.before, moved.standing
    names = ("grade", "limit", "terms_days", "is_frozen")
    return before is None or any(getattr(before, name) != getattr(now, name) for name in names)


def with_address(customers: Collection[int]) -> set[int]:
    """Give those of many customers (by key) who can be written to."""
    found: set[int] = set()
    for part in in_parts(list(customers)):
        found |= set(_open_invitations().filter(customer__in=part).values_list("customer_id", flat=True))
        found |= set(_main_contacts().filter(customer__in=part).values_list("customer_id", flat=True))
    return found


def _open_invitations() -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        ended_at__isnull=True, expires_at__gt=timezone.now(), tries__lt=Invitation.LOCKED_AFTER, email__isnull=False
    )


def _main_contacts() -> QuerySet[Contact]:
    rows: QuerySet[Contact] = Contact.objects.filter(is_main=True, ended_on__isnull=True, email__isnull=False)
    return rows


def addresses_of(customer: Customer) -> dict[str, str]:
    """Give where the customer is written to, each with the language."""
    found: dict[str, str] = {}
    for contact in _main_contacts().filter(customer=customer):
        found[(contact.email or "").strip().lower()] = settings.LANGUAGE_CODE
    for invitation in _open_invitations().filter(customer=customer).order_by("id"):
        found[(invitation.email or "").strip().lower()] = invitation.language or settings.LANGUAGE_CODE
    found.pop("", None)
    return found


def send_letters() -> int:
    """Send what is due; gives how many letters went. Several workers may do it at the same time.

    Where a letter does not go the others wait for the next time: it is the mail server, not they.
    """
    if not settings.MAIL:
        return 0
    due = Letter.objects.filter(state=State.WAITING, next_try_at__lte=timezone.now()).order_by("id")
    sent = 0
    for number in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        letter = _claimed(number)
        went = None if letter is None else _send(letter, on=timezone.localdate())
        if went is False:
            break
        sent += bool(went)
    return sent


def _claimed(number: int) -> Letter | None:
    """Take a letter that is due, by moving its next try away in one guarded statement; None where another has it."""
    now = timezone.now()
    free = Letter.objects.filter(pk=number, state=State.WAITING, next_try_at__lte=now)
    if not free.update(next_try_at=now + LEASE, tries=F("tries") + 1):
        return None
    return Letter.objects.select_related("customer", "standing", "objection__customer").get(pk=number)


def _send(letter: Letter, *, on: date) -> bool | None:
    """Send one letter: False where the mail did not go, None where there was nothing to send."""
    addresses = addresses_of(letter.customer)
    if not addresses or stopped("portal.tell", letter.customer, SYSTEM) is not None:
        _ended(letter, State.DROPPED)
        return None
    if letter.sort == Sort.GRADE and seen_by(letter.customer, on).standing != letter.standing:
        _ended(letter, State.OVERTAKEN)
        return None
    try:
        told = {language: _words(letter, language, on) for language in set(addresses.values())}
    except Refusal:
        _ended(letter, State.DROPPED)
        return None
    count = sum(mail(address, *told[language]) for address, language in addresses.items())
    if count:
        note_sent(letter, count, on=on)
        return True
    if letter.tries > len(WAITS):
        _ended(letter, State.FAILED)
        return False
    Letter.objects.filter(pk=letter.pk).update(next_try_at=timezone.now() + WAITS[letter.tries - 1])
    return False


def _words(letter: Letter, language: str, on: date) -> tuple[str, str]:
    with speaking(language):
        if letter.objection is not None:
            return mail_of(of_answer(letter.objection), _("异议答复"))
        return mail_of(of_grade(letter.customer, on), _("信用评级结果通知"))


def _ended(letter: Letter, state: str) -> None:
    Letter.objects.filter(pk=letter.pk).update(state=state)


@act
def note_sent(letter: Letter, count: int, *, on: date) -> Letter:
    """Write down that the customer was told: about what, and at how many addresses."""
    letter = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    letter.state, letter.sent_at, letter.sent_to = State.SENT, timezone.now(), count
    letter.save(update_fields=["state", "sent_at", "sent_to"])
    record("portal.tell", letter, by=SYSTEM, about=letter.customer, after={"what": letter.sort, "addresses": count})
    return letter
