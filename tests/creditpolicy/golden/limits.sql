WITH
-- 每个客户的事实
facts AS NOT MATERIALIZED (
  SELECT "row",
    "customer_id",
    "score",
    "sales",
    "margin",
    "huge"
  FROM customers
),
-- 各项得分 (单位 1 分) 与一票否决
points AS NOT MATERIALIZED (
  SELECT *,
    /* 评分 假定 */ ((CAST("score" * 100 AS BIGINT) + CASE WHEN CAST("score" * 100 AS BIGINT) < 0 THEN -50 ELSE 50 END) // 100) AS "points.score",
    CASE WHEN "score" IS NOT NULL THEN 1 ELSE 0 END AS "band.score",
    /* 亏损 假定 */ COALESCE(("margin" < -0.500000), FALSE) AS "veto.loss"
  FROM facts
),
-- 合计
totals AS NOT MATERIALIZED (
  SELECT *,
    "points.score" AS total
  FROM points
),
-- 等级: 0 = A; 1 = B; 2 = C
grades AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN total IS NULL THEN NULL WHEN total < 0 THEN NULL WHEN total <= 59 OR "veto.loss" THEN 2 WHEN total < 80 THEN 1 ELSE 0 END AS grade
  FROM totals
),
-- 授信额度 (单位 0.01 元)
consequences AS NOT MATERIALIZED (
  SELECT *,
    CAST(CASE grade WHEN 0 THEN CASE WHEN "sales" IS NOT NULL AND "margin" IS NOT NULL THEN LEAST(GREATEST(((((CAST("sales" * 100 AS BIGINT) * CAST("margin" * 1000000 AS BIGINT)) + 749999999) // 750000000) * 250), 0), 123456789) END WHEN 1 THEN CASE WHEN "huge" IS NOT NULL AND "sales" IS NOT NULL THEN LEAST(GREATEST(((((CASE WHEN "huge" IS NOT NULL AND "sales" IS NOT NULL THEN LEAST(CAST(CAST("huge" AS DECIMAL(38, 9)) * 1000000000 AS HUGEINT), ((CAST(CAST("sales" * 100 AS BIGINT) AS HUGEINT) * CAST("sales" * 100 AS BIGINT)) * 100000)) END) + 249999999999) // 250000000000) * 250), 0), 123456789) END WHEN 2 THEN 0 END AS BIGINT) AS "limit"
  FROM grades
)
SELECT
  "row",
  "customer_id",
  "total",
  "grade",
  "limit",
  "points.score",
  "band.score",
  "veto.loss"
FROM consequences
