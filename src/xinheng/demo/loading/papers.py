"""Some papers of the customers, as small files made here, and paper copies on loan, one of them overdue."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from xinheng.customers.models import Customer
from xinheng.demo.loading.organisation import Staff
from xinheng.demo.story import Story
from xinheng.org.roles import Role
from xinheng.papers.actions.filing import Details, file_paper
from xinheng.papers.actions.loans import ask_loan, decide_loan, hand_over
from xinheng.papers.kinds import ensure_kinds
from xinheng.papers.levels import Level
from xinheng.papers.models import Paper, PaperKind
from xinheng.workflow.calendar import add_working_days

PAPERS = 90
ROOMS = ("一号库房", "二号库房")


def load_papers(story: Story, staff: Staff, customers: Mapping[str, Customer]) -> None:
    """File papers of the first customers on file, and lend some."""
    ensure_kinds()
    kinds = {kind.code: kind for kind in PaperKind.objects.all()}
    random = Random(f"{story.seed} papers")  # noqa: S311 - an invented company
    archivist = staff.of(Role.ARCHIVIST)
    filed: list[Paper] = []
    on_file = [customers[made.number] for made in story.customers if made.stage == "filed"][:PAPERS]
    for running, customer in enumerate(on_file, 1):
        person = customer.kind == "person"
        code = "identity_copy" if person else "business_licence"
        issued = story.today - timedelta(days=random.randint(200, 1500))
        details = Details(
            title=f"{kinds[code].name}", number=f"DA{running:05d}", issued_on=issued,
            valid_until=_until(running, story.today), level=kinds[code].least_level, has_copy=True,
            room=random.choice(ROOMS), cabinet=f"{running % 12 + 1:02d}柜", box=f"{running % 8 + 1:02d}盒",
            folder=f"{running:03d}", pages=random.randint(1, 6),
        )  # fmt: skip
        content, ending = (small_png(running), "png") if person else (small_pdf(customer.number), "pdf")
        filed.append(
            file_paper(
                customer, kinds[code], details, by=archivist, on=story.today - timedelta(days=random.randint(20, 190)),
                content=content, file_name=f"{customer.number}.{ending}",
            )
        )  # fmt: skip
        if running % 3 == 0:
            contract = Details(
                title="租赁合同", number=f"HT{running:05d}", issued_on=issued, level=Level.INTERNAL, has_copy=True,
                room=ROOMS[0], cabinet="15柜", box=f"{running % 8 + 1:02d}盒", folder=f"{running:03d}", pages=12,
            )  # fmt: skip
            filed.append(file_paper(customer, kinds["contract"], contract, by=archivist, on=issued))
    _lend([paper for paper in filed if paper.level <= Level.INTERNAL], story.today, staff)


def _until(running: int, today: date) -> date:
    """Let some run out soon, one have run out, and most be good for years."""
    return today + timedelta(days={1: -12, 2: 9, 3: 21, 4: 28}.get(running, 500 + running * 7))


def _lend(papers: list[Paper], today: date, staff: Staff) -> None:
    """Lend one long ago (overdue), one yesterday; one waits for the decision and one to be fetched."""
    archivist, other = staff.of(Role.ARCHIVIST), staff.of(Role.ARCHIVIST, 1)
    borrower, colleague = staff.of(Role.RISK, 1), staff.of(Role.FINANCE)
    begun = today - timedelta(days=25)
    for paper, who, asked, how_far in (
        (papers[0], borrower, begun, 3), (papers[1], colleague, today - timedelta(days=1), 3),
        (papers[2], borrower, today, 2), (papers[3], colleague, today, 1),
    ):  # fmt: skip
        loan = ask_loan(paper, by=who, on=asked, reason="复核客户资信", days=5)
        if how_far >= 2:
            loan = decide_loan(loan, agree=True, by=archivist, on=asked)
        if how_far >= 3:
            hand_over(loan, by=other, on=add_working_days(asked, 0))


def small_pdf(text: str) -> bytes:
    """Give a PDF of one page with a line of plain text."""
    drawn = f"BT /F1 18 Tf 60 760 Td ({text} SAMPLE) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    return bytes(out)


def small_png(shade: int) -> bytes:
    """Give a grey picture of 160 by 100."""
    rows = b"".join(
        b"\x00" + bytes((shade * 7 + row + column) % 80 + 150 for column in range(160)) for row in range(100)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 160, 100, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
