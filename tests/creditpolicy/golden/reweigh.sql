WITH
-- 每个客户的事实
facts AS NOT MATERIALIZED (
  SELECT "row",
    "customer_id",
    "strength",
    "potential",
    "payment",
    "extra"
  FROM customers
),
-- 各项得分 (单位 0.1 分) 与一票否决
points AS NOT MATERIALIZED (
  SELECT *,
    /* 实力 假定 */ ((CAST("strength" * 100 AS BIGINT) + CASE WHEN CAST("strength" * 100 AS BIGINT) < 0 THEN -5 ELSE 5 END) // 10) AS "unweighed.strength",
    CASE WHEN "strength" IS NOT NULL THEN 1 ELSE 0 END AS "band.strength",
    /* 潜力 假定 */ ((CAST("potential" * 100 AS BIGINT) + 5) // 10) AS "unweighed.potential",
    CASE WHEN "potential" IS NOT NULL THEN 1 ELSE 0 END AS "band.potential",
    /* 付款 假定 */ CASE WHEN "payment" IS NULL THEN -20 ELSE ((CAST("payment" * 100 AS BIGINT) + 5) // 10) END AS "unweighed.payment",
    CASE WHEN "payment" IS NOT NULL THEN 1 ELSE 0 END AS "band.payment",
    /* unlimited 假定 */ CASE WHEN "extra" IS NULL THEN 0 ELSE ((CAST("extra" * 100 AS BIGINT) + 15) // 30) END AS "points.unlimited",
    CASE WHEN "extra" IS NOT NULL THEN 1 ELSE 0 END AS "band.unlimited",
    /* 加分 假定 */ CASE WHEN "extra" IS NULL THEN 0 ELSE ((CAST("extra" * 100 AS BIGINT) + 5) // 10) END AS "points.extra",
    CASE WHEN "extra" IS NOT NULL THEN 1 ELSE 0 END AS "band.extra"
  FROM facts
),
-- 有分的基本项的满分合计
weighed AS NOT MATERIALIZED (
  SELECT *,
    CAST(CASE WHEN "unweighed.strength" IS NULL THEN 0 ELSE 200 END + CASE WHEN "unweighed.potential" IS NULL THEN 0 ELSE 150 END + 300 AS BIGINT) AS "weight.present"
  FROM points
),
-- 缺失项目的分值按比例分给其他基本项
reweighed AS NOT MATERIALIZED (
  SELECT *,
    CAST((((2 * ("unweighed.strength" * 650)) + CASE WHEN (2 * ("unweighed.strength" * 650)) < 0 THEN -NULLIF("weight.present", 0) ELSE NULLIF("weight.present", 0) END) // (2 * NULLIF("weight.present", 0))) AS BIGINT) AS "points.strength",
    CAST((((2 * ("unweighed.potential" * 650)) + NULLIF("weight.present", 0)) // (2 * NULLIF("weight.present", 0))) AS BIGINT) AS "points.potential",
    CAST((((2 * ("unweighed.payment" * 650)) + CASE WHEN (2 * ("unweighed.payment" * 650)) < 0 THEN -NULLIF("weight.present", 0) ELSE NULLIF("weight.present", 0) END) // (2 * NULLIF("weight.present", 0))) AS BIGINT) AS "points.payment"
  FROM weighed
),
-- 合计
totals AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN "weight.present" > 0 THEN COALESCE("points.strength", 0) + COALESCE("points.potential", 0) + "points.payment" + "points.unlimited" + "points.extra" END AS total
  FROM reweighed
),
-- 等级: 0 = A; 1 = B; 2 = C
grades AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN total IS NULL THEN NULL WHEN total <= 200 THEN 2 WHEN total < 450 THEN 1 ELSE 0 END AS grade
  FROM totals
),
-- 授信额度 (单位 0.01 元)
consequences AS NOT MATERIALIZED (
  SELECT *,
    CAST(NULL AS BIGINT) AS "limit"
  FROM grades
)
SELECT
  "row",
  "customer_id",
  "total",
  "grade",
  "limit",
  "points.strength",
  "band.strength",
  "points.potential",
  "band.potential",
  "points.payment",
  "band.payment",
  "points.unlimited",
  "band.unlimited",
  "points.extra",
  "band.extra"
FROM consequences
