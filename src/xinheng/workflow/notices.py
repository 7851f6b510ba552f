"""What people are told in the application, and the same outside where the company has set that up.

Outside goes only how many tasks there are and where to look: no name of a customer leaves the house.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import date

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from xinheng.org.models import Person
from xinheng.workflow import outgoing
from xinheng.workflow.models import Item, Notice

log = logging.getLogger(__name__)
SORTS = {
    "due": gettext_lazy("即将到期"),
    "late": gettext_lazy("已经逾期"),
    "transfer": gettext_lazy("转办给您"),
    "cosign": gettext_lazy("请您加签"),
    "copy": gettext_lazy("抄送给您"),
    "remind": gettext_lazy("催办"),
}


def tell(person: Person, item: Item, sort: str, *, on: date) -> bool:
    """Tell a person about a task; False where he was told the same today already."""
    text = f"{item.round.title} · {item.title}" if item.round is not None else item.title
    _notice, new = Notice.objects.get_or_create(
        person=person, item=item, sort=sort, day=on, defaults={"text": text[:300]}
    )
    return new


def unread(person: Person) -> QuerySet[Notice]:
    """Give what the person was told and has not read, latest first."""
    return person.notices.filter(read_at__isnull=True).select_related("item")


def read_all(person: Person) -> int:
    """Mark everything that the person was told as read; gives how many."""
    return unread(person).update(read_at=timezone.now())


def is_set_up() -> bool:
    """Say whether anything goes outside at all."""
    return bool(settings.NOTIFY_URLS or settings.MAIL)


def send(*, on: date) -> int:
    """Send what is not sent yet: a mail to each person, and one line to each group; gives how many messages went.

    What could not be sent is tried again the next time, on the same day and the next.
    """
    waiting = list(
        Notice.objects.filter(sent_at__isnull=True, read_at__isnull=True, day__lte=on).select_related("person")
    )
    if not waiting or not is_set_up():
        return 0
    people = {notice.person_id: notice.person for notice in waiting}
    sent, done = 0, set[int]()
    for number, person in people.items():
        own = [notice for notice in waiting if notice.person_id == number]
        if settings.MAIL and person.email and mail(person.email, *message(own, person.language)):
            sent += 1
            done |= {notice.pk for notice in own}
    title, text = message(waiting, settings.LANGUAGE_CODE)
    groups = sum(_out(url, title, text) for url in settings.NOTIFY_URLS)
    if groups:
        done |= {notice.pk for notice in waiting}
    Notice.objects.filter(pk__in=done).update(sent_at=timezone.now())
    return sent + groups


def message(told: list[Notice], language: str) -> tuple[str, str]:
    """Give the title and text of a message: how many of each sort, and where to look."""
    with override(language):
        parts = [
            _("{sort} {count} 件").format(sort=SORTS[sort], count=count)
            for sort, count in sorted(Counter(notice.sort for notice in told).items())
        ]
        text = _("{parts}。请登录查看: {url}").format(parts=", ".join(parts), url=f"{settings.PUBLIC_URL}/inbox/")
        return _("信衡: 有事等您办理"), text


def mail(email: str, title: str, text: str) -> bool:
    """Send one mail by the server that the company has set up; False, with a line in the log, where it does not go."""
    try:
        return send_mail(title, text, None, [email]) == 1
    except OSError as wrong:  # smtplib's own exceptions are OSErrors too
        log.warning("notify: mail: %s", type(wrong).__name__)
        return False


def _out(url: str, title: str, text: str) -> bool:
    """Send one message to one address; False, with a line in the log that holds no secret, where it does not go."""
    import apprise  # takes long to load, and is rarely needed

    sender = apprise.Apprise()
    service = url.partition(":")[0]
    if not sender.add(url):
        log.warning("notify: %s is not an address that can be sent to", service)
        return False
    try:
        with outgoing.guarded(settings.OUTGOING_ALLOWED):
            went = bool(sender.notify(title=title, body=text))
    except (outgoing.Inside, OSError) as wrong:
        log.warning("notify: %s: %s", service, wrong)
        return False
    if not went:
        log.warning("notify: %s did not take the message", service)
    return went
