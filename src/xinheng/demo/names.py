"""Names and numbers of the invented company: checksums are right, yet none was ever given to anybody.

Credit codes lie in region 990000, which does not exist; resident IDs in a province without a county and with a running
number that was never given out (000 and 001 of 110000); phones begin 199 0000.
"""

from __future__ import annotations

from datetime import date
from random import Random

from pypinyin import Style, lazy_pinyin
from stdnum.cn import ric, uscc

from xinheng.demo.words import (
    ASSOCIATIONS,
    BUSINESS,
    ENDINGS,
    GIVEN,
    GOVERNMENT,
    INSTITUTIONS,
    MARKS,
    PLACES,
    REGIONS,
    STREETS,
    SURNAMES,
)

NOWHERE = "990000"
NO_COUNTY = "110000"
_OFFICE = {"enterprise": "91", "government": "11", "public_institution": "12", "association": "51"}


class Once:
    """Gives each name once: one that was given already is drawn again."""

    def __init__(self) -> None:
        self.given: set[str] = set()

    def __call__(self, draw: object) -> str:
        """Draw until the name is new."""
        assert callable(draw)
        for _try in range(1000):
            name = str(draw())
            if name not in self.given:
                self.given.add(name)
                return name
        raise AssertionError("the words are too few for so many names")


def person_name(random: Random) -> str:
    """Give the name of a person."""
    return random.choice(SURNAMES) + random.choice(GIVEN)


def sign_in_name(name: str) -> str:
    """Give a sign-in name in pinyin."""
    return "".join(lazy_pinyin(name, style=Style.NORMAL))


def enterprise_name(random: Random, industry: str) -> str:
    """Give the name of an enterprise."""
    return random.choice(PLACES) + random.choice(MARKS) + random.choice(BUSINESS[industry]) + random.choice(ENDINGS)


def office_name(random: Random, kind: str) -> str:
    """Give the name of an authority, a public institution or an association."""
    what = {"government": GOVERNMENT, "public_institution": INSTITUTIONS, "association": ASSOCIATIONS}[kind]
    return random.choice(PLACES) + random.choice(("市", "县", "区")) + random.choice(what)


def address(random: Random) -> tuple[str, str]:
    """Give a region and an address in it."""
    region = random.choice(REGIONS)
    return region, f"{region}{random.choice(PLACES)}镇{random.choice(STREETS)}{random.randint(1, 320)}号"


def credit_code(kind: str, running: int) -> str:
    """Give a unified social credit code with a right checksum, in a region that does not exist."""
    body = f"{_OFFICE[kind]}{NOWHERE}MD{running:07d}"
    return body + uscc.calc_check_digit(body)


def resident_id(born: date, running: int) -> str:
    """Give a resident ID with a right checksum that nobody has; `running` is 0 or 1."""
    body = f"{NO_COUNTY}{born:%Y%m%d}{running % 2:03d}"
    return body + ric.calc_check_digit(body + "0")


def phone(running: int) -> str:
    """Give a phone number."""
    return f"1990000{running % 10000:04d}"


def account(running: int) -> str:
    """Give the number of a bank account."""
    return f"990000{running:013d}"
