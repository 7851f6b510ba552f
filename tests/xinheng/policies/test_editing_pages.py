"""The pages on which a version is read, edited, compared, taken out and brought in."""

from __future__ import annotations

import importlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from company import Company
from policies import published
from xinheng.audit.models import Entry
from xinheng.org.models import Person
from xinheng.policies import actions, queries
from xinheng.policies.models import Version

TODAY = timezone.localdate()


def entered(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return str(answer.content.decode())


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.fixture
def draft(company: Company) -> Version:
    return actions.create_draft_from_pack("leasing", by=company.risk, on=TODAY)


def edited(text: str) -> str:
    return text.replace("    from: 90\n", "    from: 88\n")


# The editor --------------------------------------------------------------------------------------------------------


def test_a_draft_is_edited_by_those_who_may_and_only_read_by_others(company: Company, draft: Version) -> None:
    url = f"/policies/versions/{draft.pk}/text/"
    assert "<textarea" in text_of(entered(company.risk), url)
    shown = text_of(entered(company.sales), url)
    assert "<textarea" not in shown
    assert 'class="line' in shown
    for told in ({}, {"check": "1"}):
        assert entered(company.sales).post(url, {"text": "x", "edition": 1, **told}).status_code == 403
    draft.refresh_from_db()
    assert draft.edition == 1


def test_a_text_is_saved_to_the_byte_whatever_line_ends_the_browser_sends(company: Company, draft: Version) -> None:
    client, wanted = entered(company.risk), edited(draft.text)
    answer = client.post(
        f"/policies/versions/{draft.pk}/text/",
        {"text": wanted.replace("\n", "\r\n"), "edition": 1, "change_note": "A 级 88 分"},
    )
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert (draft.text, draft.edition, draft.change_note) == (wanted, 2, "A 级 88 分")


def test_who_saves_second_sees_both_texts_and_loses_neither(company: Company, draft: Version) -> None:
    url = f"/policies/versions/{draft.pk}/text/"
    theirs = draft.text.replace("    from: 80\n", "    from: 79\n")
    actions.edit_text(draft, theirs, edition=1, by=company.finance, on=TODAY)
    client, mine = entered(company.risk), edited(draft.text)

    answer = client.post(url, {"text": mine, "edition": 1})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert '<span class="ins">+    from: 88</span>' in page
    assert '<span class="del">-    from: 79</span>' in page
    assert 'name="edition" value="2"' in page
    draft.refresh_from_db()
    assert draft.text == theirs
    assert client.post(url, {"text": mine, "edition": 2}).status_code == 302
    draft.refresh_from_db()
    assert draft.text == mine


def test_checking_without_saving_shows_faults_and_keeps_what_was_typed(company: Company, draft: Version) -> None:
    wrong = draft.text.replace("    max: 10", "    maks: 10").replace("from: 90", "form: 90")
    page = entered(company.risk).post(
        f"/policies/versions/{draft.pk}/text/", {"text": wrong, "edition": 1, "check": "1"}
    )
    assert "form: 90" in page.content.decode()
    assert "这里没有“form”这个键" in page.content.decode()
    draft.refresh_from_db()
    assert draft.edition == 1


def test_faults_are_told_by_line_while_typing(company: Company, draft: Version) -> None:
    client = entered(company.risk)
    url = f"/policies/versions/{draft.pk}/text/check/"
    line = draft.text.splitlines().index("    from: 90") + 1

    told = json.loads(client.post(url, {"text": draft.text.replace("    from: 90", "    form: 90")}).content)

    (fault,) = [problem for problem in told["problems"] if problem["severity"] == "fault"]
    assert (fault["line"], fault["column"]) == (line, 5)
    assert "form" in fault["what"]
    assert fault["fix"]
    good = json.loads(client.post(url, {"text": draft.text}).content)
    assert not [problem for problem in good["problems"] if problem["severity"] == "fault"]
    assert entered(company.sales).post(url, {"text": "x"}).status_code == 403
    assert client.post(url, {"text": "a" * (1024 * 1024 + 1)}).status_code == 413


def test_help_comes_at_the_cursor(company: Company, draft: Version) -> None:
    client = entered(company.risk)
    lines = draft.text.splitlines()
    line = lines.index("  - grade: A")
    text = "\n".join([*lines[: line + 1], "    fr", *lines[line + 2 :]])

    told = json.loads(
        client.post(f"/policies/versions/{draft.pk}/text/help/", {"text": text, "line": line + 1, "column": 6}).content
    )

    assert told["where"].startswith("等级")
    assert told["choices"] == [{"text": "from", "meaning": "分数线", "insert": "from: "}]
    assert told["typed"] == "fr"


# Files -------------------------------------------------------------------------------------------------------------


def test_the_file_comes_out_as_it_is_kept(company: Company, draft: Version) -> None:
    answer = entered(company.sales).get(f"/policies/versions/{draft.pk}/file/")
    assert bytes_of(answer) == draft.text.encode()
    assert "leasing-1.0.yaml" in answer["Content-Disposition"]


def workbook_of(client: Client, draft: Version, tmp_path: Path) -> Path:
    path = tmp_path / "评分表.xlsx"
    path.write_bytes(bytes_of(client.get(f"/policies/versions/{draft.pk}/scorecard/")))
    return path


def sent(path: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes())


def test_an_edited_scorecard_is_shown_in_words_and_then_accepted(
    company: Company, draft: Version, tmp_path: Path
) -> None:
    client = entered(company.risk)
    path = workbook_of(client, draft, tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book["等级"]
    column = next(cell.column for cell in sheet[1] if cell.value == "分数线 ≥")
    sheet.cell(2, column).value = 88
    book.save(path)

    page = client.post(f"/policies/versions/{draft.pk}/upload/", {"file": sent(path)})

    shown = page.content.decode()
    assert "等级 A: 分数线由 90 改为 88" in shown
    draft.refresh_from_db()
    assert draft.edition == 1
    accept = page.context["accept"].initial
    saved = client.post(f"/policies/versions/{draft.pk}/text/", {**accept, "text": accept["text"]})
    assert saved.status_code == 302
    before = draft.text
    draft.refresh_from_db()
    assert draft.text == edited(before)


def test_a_wrong_cell_is_told_and_nothing_is_taken(company: Company, draft: Version, tmp_path: Path) -> None:
    client = entered(company.risk)
    path = workbook_of(client, draft, tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book["等级"]
    column = next(cell for cell in sheet[1] if cell.value == "分数线 ≥")
    sheet.cell(2, column.column).value = "很高"
    book.save(path)

    page = client.post(f"/policies/versions/{draft.pk}/upload/", {"file": sent(path)}).content.decode()

    assert f"{column.column_letter}2" in page
    assert "存进草案" not in page
    same = client.post(f"/policies/versions/{draft.pk}/upload/", {"file": sent(workbook_of(client, draft, tmp_path))})
    assert "没有要改的" in same.content.decode()


def test_an_uploaded_file_is_shown_first_and_one_in_another_encoding_is_refused(
    company: Company, draft: Version
) -> None:
    client = entered(company.finance)
    url = f"/policies/versions/{draft.pk}/upload/"
    good = SimpleUploadedFile("x.yaml", edited(draft.text).encode())
    assert "等级 A: 分数线由 90 改为 88" in client.post(url, {"file": good}).content.decode()
    bad = SimpleUploadedFile("x.yaml", draft.text.encode("gb18030"))
    assert "UTF-8" in client.post(url, {"file": bad}).content.decode()
    broken = SimpleUploadedFile("x.yaml", draft.text.replace("grades:", "grades").encode())
    assert "读不成制度" in client.post(url, {"file": broken}).content.decode()
    assert entered(company.sales).post(url, {"file": good}).status_code == 403


def test_a_published_version_takes_no_file(company: Company) -> None:
    version = published(company, "leasing", on=TODAY)
    file = SimpleUploadedFile("x.yaml", edited(version.text).encode())
    page = entered(company.risk).post(f"/policies/versions/{version.pk}/upload/", {"file": file}).content.decode()
    assert "不能修改" in page
    assert "存进草案" not in page
    url = f"/policies/versions/{version.pk}/text/"
    assert entered(company.risk).post(url, {"text": "x", "edition": 1, "check": "1"})["Location"] == url


def test_a_version_is_printed_with_its_control_clauses_and_assumptions(company: Company) -> None:
    version = published(company, "leasing", on=TODAY)
    client = entered(company.finance)

    answer = client.get(f"/policies/versions/{version.pk}/printed/docx/")
    with zipfile.ZipFile(io.BytesIO(bytes_of(answer))) as parts:
        words = parts.read("word/document.xml").decode()
        foot = "".join(parts.read(name).decode() for name in parts.namelist() if "footer" in name)

    assert version.approved_by is not None
    for told in (
        "四.2 说明3", version.sha256, version.approved_by.full_name, "假定清单", "修订记录", "文件控制", "003",
        queries.assumed(version)[0].reason,
    ):  # fmt: skip
        assert told in words, told
    assert "NUMPAGES" in foot
    content = bytes_of(client.get(f"/policies/versions/{version.pk}/printed/pdf/"))
    assert content.startswith(b"%PDF")
    assert client.get(f"/policies/versions/{version.pk}/printed/exe/").status_code == 404


def test_a_draft_on_paper_says_that_it_is_not_in_force(company: Company, draft: Version) -> None:
    answer = entered(company.finance).get(f"/policies/versions/{draft.pk}/printed/docx/")
    with zipfile.ZipFile(io.BytesIO(bytes_of(answer))) as parts:
        head = "".join(parts.read(name).decode() for name in parts.namelist() if "header" in name)
    assert "草案, 未生效" in head


def test_the_word_template_is_what_its_script_makes() -> None:
    script = importlib.import_module("word_templates")
    assert script.policy_template() == script.POLICY.read_bytes()


# Reading -----------------------------------------------------------------------------------------------------------


def test_rules_stand_beside_a_made_up_customer_and_assumed_ones_can_be_seen_alone(
    company: Company, draft: Version
) -> None:
    client = entered(company.sales)
    url = f"/policies/versions/{draft.pk}/clauses/"

    page = text_of(client, url)

    assert "四.2 表、说明2" in page
    assert "示例客户" in page
    assert "→ 8 分" in page
    rating = client.get(url).context["example"].rating
    assert rating.total is not None
    assert rating.total == sum(item.points for item in rating.items)
    assert "落在这一档" in page
    assumed = client.get(url, {"show": "assumed"})
    lines = [line for _section, group in assumed.context["groups"] for line in group]
    assert lines
    assert all(line.rule.assumed for line in lines)
    assert len(lines) == assumed.context["assumed"]
    stated = client.get(url, {"show": "stated"})
    assert all(not line.rule.assumed for _section, group in stated.context["groups"] for line in group)


def test_a_real_customer_is_shown_to_those_who_see_trials_and_the_look_is_noted(
    company: Company, draft: Version
) -> None:
    url = f"/policies/versions/{draft.pk}/clauses/"
    before = Entry.objects.count()
    page = entered(company.risk).get(url, {"customer": company.ours.pk})
    assert page.status_code == 200
    noted = Entry.objects.filter(act="policies.look_at_example").count()
    assert noted == (1 if page.context["form"].cleaned_data.get("customer") else 0)
    assert noted == 1
    assert Entry.objects.count() == before + 1
    assert company.ours.name in page.content.decode()
    hidden = entered(company.sales).get(url, {"customer": company.ours.pk})
    assert company.ours.name not in hidden.content.decode()


def test_two_versions_are_told_apart_in_words_and_in_text(company: Company) -> None:
    first = published(company, "leasing", on=TODAY - timedelta(days=5))
    second = actions.create_draft_from_version(first, by=company.risk, on=TODAY)
    actions.edit_text(second, edited(second.text), edition=1, by=company.risk, on=TODAY)
    client = entered(company.sales)

    page = text_of(client, f"/policies/versions/{second.pk}/differences/")

    assert "等级 A: 分数线由 90 改为 88 [四.2 说明3、四.3 ①]" in page
    assert "版本由 1.0 改为 1.1" in page
    assert '<span class="ins">+    from: 88</span>' in page
    back = text_of(client, f"/policies/versions/{first.pk}/differences/?with={second.pk}")
    assert "等级 A: 分数线由 88 改为 90" in back


def test_a_draft_that_cannot_be_read_is_compared_by_its_text(company: Company) -> None:
    first = published(company, "leasing", on=TODAY)
    second = actions.create_draft_from_version(first, by=company.risk, on=TODAY)
    broken = second.text.replace("    from: 90", "    form: 90")
    actions.edit_text(second, broken, edition=1, by=company.risk, on=TODAY)
    client = entered(company.risk)
    assert "只能对照文本" in text_of(client, f"/policies/versions/{second.pk}/differences/")
    assert "form: 90" in text_of(client, f"/policies/versions/{second.pk}/text/")
    assert client.get(f"/policies/versions/{second.pk}/scorecard/").status_code == 302
    assert client.get(f"/policies/versions/{second.pk}/printed/pdf/").status_code == 302
    assert "看检查结果" in text_of(client, f"/policies/versions/{second.pk}/clauses/")
