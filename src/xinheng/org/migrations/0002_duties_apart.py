"""The duties that the source documents keep apart; a company changes the table as it needs."""

from typing import Any

from django.db import migrations

MAKES = "经办与审批分开, 同一人不能批准自己经手的客户"
CHECKS = "初评与复核分开, 复核的人不能是打分的人"
WATCHES = "监督须独立, 不能检查自己办的事"
ASSESSES = "评估独立于业务, 避免利益冲突"

ROWS = [
    ("sales", "finance", "销售填报, 财务评分和审核, 两者不能是同一人", "001 第三章 3.1、第五章 5.1"),
    ("sales", "risk", ASSESSES, "002-08 五.1; 000 三.3"),
    ("sales", "deputy_gm", MAKES, "000 二.1; 002-03 第三条 (六)"),
    ("sales", "general_manager", MAKES, "002-03 第三条 (八)"),
    ("sales_engineer", "commerce_specialist", CHECKS, "002-03 第三条 (二)(三)"),
    ("sales_engineer", "marketing_manager", CHECKS, "002-03 第三条 (二)(四)"),
    ("sales_engineer", "finance", CHECKS, "002-03 第三条 (二)(五)"),
    ("sales_engineer", "risk", ASSESSES, "002-08 五.1"),
    ("sales_engineer", "deputy_gm", MAKES, "002-03 第三条 (二)(六)"),
    ("sales_engineer", "general_manager", MAKES, "002-03 第三条 (二)(八)"),
    ("commerce_specialist", "marketing_manager", CHECKS, "002-03 第三条 (三)(四)"),
    ("commerce_specialist", "finance", CHECKS, "002-03 第三条 (三)(五)"),
    ("commerce_specialist", "deputy_gm", MAKES, "002-03 第三条 (三)(六)"),
    ("commerce_specialist", "general_manager", MAKES, "002-03 第三条 (三)(八)"),
    ("marketing_manager", "finance", CHECKS, "002-03 第三条 (四)(五)"),
    ("marketing_manager", "deputy_gm", CHECKS, "002-03 第三条 (四)(六)"),
    ("finance", "deputy_gm", CHECKS, "002-03 第三条 (五)(六)"),
    ("finance", "general_manager", CHECKS, "002-03 第三条 (五)(八)"),
    *(
        ("internal_audit", other, WATCHES, "001 第五章 5.1; 002-09 四")
        for other in (
            "sales", "sales_engineer", "commerce_specialist", "marketing_manager", "finance", "risk", "credit_group",
            "customer_service", "archivist", "deputy_gm", "general_manager",
        )
    ),
]  # fmt: skip


def store(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("org", "DutiesApart").objects
    for role, other, why, clause in ROWS:
        one, two = sorted((role, other))
        rows.create(role=one, other=two, why=why, clause=clause)


class Migration(migrations.Migration):
    dependencies = [("org", "0001_initial")]

    operations = [migrations.RunPython(store, migrations.RunPython.noop)]
