"""Finding a customer by what people remember: number, part of a name, pinyin or its initials, phone, papers' number.

Each file keeps one text, `search_text`, with a line for each thing it is found by and a mark in front that says what the
line is: `#` number, `=` name, `:` pinyin, `~` initials. One pass over these texts answers every query, the same on both
databases; a mark with the line's beginning finds what begins so. Phones and papers are encrypted, and are found by their
blind index: whole, and a phone by its last four digits.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Q, Value, When

from xinheng.vault.index import blind

if TYPE_CHECKING:
    from xinheng.customers.models import Customer, Customers
    from xinheng.org.models import Person

NUMBER, NAME, PINYIN, INITIALS = "#", "=", ":", "~"
_UNHEARD = re.compile(r"[^\w]+|_", re.UNICODE)
_HAN = re.compile("[\u3400-\u9fff]")
_DIGITS = re.compile(r"\d+")
_PAPER = re.compile(r"(?=[0-9A-Z]*\d)[0-9A-Z]{7,20}")
MOST_INITIALS = 6
"""Ways of reading a name's initials that are kept, where letters have several readings."""

SURNAMES = {
    "万俟": "mo qi", "尉迟": "yu chi", "单于": "chan yu", "令狐": "ling hu", "长孙": "zhang sun",
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "朴": "piao", "盖": "ge", "查": "zha", "任": "ren",
    "乐": "yue", "翟": "zhai", "缪": "miao", "覃": "qin", "召": "shao", "折": "she", "黑": "he", "员": "yun", "牟": "mu",
    "宓": "fu", "种": "chong", "繁": "po", "尹": "yin", "冼": "xian", "秘": "bi", "祭": "zhai", "洗": "xian", "那": "na",
    "重": "chong", "尉": "wei", "教": "jiao", "炅": "gui", "卜": "bu", "逄": "pang", "幺": "yao", "晁": "chao",
}  # fmt: skip
"""Surnames that read otherwise than the letter does elsewhere; they stand first in a name."""


def folded(text: str) -> str:
    """Write a text as it is compared: half-width, small letters, without blanks, brackets and other marks."""
    return _UNHEARD.sub("", unicodedata.normalize("NFKC", text).lower())


def search_text(customer: Customer) -> str:
    """Give the text that a file is found by: numbers, names now and before, their pinyin and initials."""
    names, numbers = [customer.name], [customer.number]
    if customer.pk:
        for alias in customer.aliases.all():
            (numbers if alias.what == "number" else names).append(alias.text)
    return text_of(numbers, names)


def text_of(numbers: Iterable[str], names: Iterable[str]) -> str:
    """Give the text for these numbers and names."""
    lines = [NUMBER + folded(number) for number in numbers]
    for name in names:
        lines.append(NAME + folded(name))
        if _HAN.search(name):
            readings = _readings(unicodedata.normalize("NFKC", name))
            lines += [PINYIN + folded("".join(reading)) for reading in readings]
            lines += [INITIALS + initials for initials in _initials(name, readings)]
    return "\n" + "\n".join(dict.fromkeys(lines)) + "\n"


def _readings(name: str) -> list[list[str]]:
    """Read each letter of a name as its words are read, and once more with the surname's own reading where it has one."""
    from pypinyin import lazy_pinyin

    usual = lazy_pinyin(name, v_to_u=False, errors=list)  # type: ignore[arg-type]  # a list is a letter each
    for length in (2, 1):
        surname = SURNAMES.get(name[:length])
        if surname is not None:
            return [usual, [*surname.split(), *usual[length:]]]
    return [usual]


def _initials(name: str, readings: list[list[str]]) -> list[str]:
    """Give the initials of each reading, then those with one letter read otherwise: 中国银行 is zgyh, and zgyx."""
    found = [[folded(syllable)[:1] for syllable in reading] for reading in readings]
    usual = found[0]
    for place, letter in enumerate(name[:12] if len(usual) == len(name) else ""):
        others = (other for other in _other_initials(letter) if other != usual[place])
        found += [[*usual[:place], other, *usual[place + 1 :]] for other in others]
    return list(dict.fromkeys("".join(each) for each in found))[:MOST_INITIALS]


@lru_cache(20_000)
def _other_initials(letter: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin

    if not _HAN.match(letter):
        return ()
    return tuple(dict.fromkeys(pinyin(letter, style=Style.FIRST_LETTER, heteronym=True)[0]))


def matching(customers: Customers, text: str) -> Customers:
    """Keep those that a text finds, by every word of it, or as a whole by phone or papers; for the filter of a list."""
    words = _words(text)
    if not words:
        return customers
    found = Q()
    for word in words:
        found &= Q(search_text__contains=word)
    exact = _by_blind_index(text)
    return customers.filter(found | Q(pk__in=exact)) if exact else customers.filter(found)


def find(text: str, person: Person, limit: int = 10) -> list[Customer]:
    """Give the customers that the person may see and most likely means, the likeliest first.

    Order: exact number, phone or papers; whole name; beginning of a name or number; part of a name; initials; pinyin.
    """
    from xinheng.customers.models import Customer

    words = _words(text)
    if not words:
        return []
    seen = Customer.objects.visible_to(person).filter(merged_into__isnull=True)
    ranked = matching(seen, text).annotate(rank=_rank("".join(words), words[0], _by_blind_index(text)))
    return list(ranked.select_related("department", "owner").order_by("rank", "name", "id")[:limit])


def _rank(whole: str, first: str, exact: list[int]) -> Case:
    ways = [
        When(search_text__contains=f"\n{NUMBER}{whole}\n", then=Value(0)),
        When(search_text__contains=f"\n{NAME}{whole}\n", then=Value(2)),
        When(search_text__contains=f"\n{NAME}{first}", then=Value(3)),
        When(search_text__contains=f"\n{NUMBER}{first}", then=Value(4)),
    ]
    if exact:
        ways.insert(1, When(pk__in=exact, then=Value(1)))
    if _HAN.search(first):
        ways.append(When(search_text__contains=first, then=Value(5)))
    else:
        ways.append(When(search_text__contains=f"\n{INITIALS}{first}", then=Value(6)))
        ways.append(When(search_text__contains=f"\n{PINYIN}{first}", then=Value(7)))
    return Case(*ways, default=Value(8), output_field=IntegerField())


def _words(text: str) -> list[str]:
    return [word for part in text[:100].split() if (word := folded(part))][:6]


def _by_blind_index(text: str) -> list[int]:
    """Find by a whole phone or number of papers, or by the last four digits of a phone."""
    return list(dict.fromkeys(itertools.islice(_owners(text), 200)))


def _owners(text: str) -> Iterator[int]:
    from xinheng.customers.models import Contact, Identity
    from xinheng.customers.models.identity import NUMBER_INDEX
    from xinheng.customers.models.people import PHONE_INDEX, PHONE_TAIL_INDEX

    whole = folded(text[:40]).upper()
    contacts = Contact.objects.filter(ended_on__isnull=True)
    if _DIGITS.fullmatch(whole) and len(whole) == 4:
        yield from contacts.filter(phone_tail_index=blind(whole, PHONE_TAIL_INDEX)).values_list(
            "customer_id", flat=True
        )
    elif _PAPER.fullmatch(whole):
        yield from contacts.filter(phone_index=blind(whole, PHONE_INDEX)).values_list("customer_id", flat=True)
        papers = Identity.objects.filter(withdrawn_at__isnull=True, number_index=blind(whole, NUMBER_INDEX))
        yield from papers.values_list("customer_id", flat=True)
