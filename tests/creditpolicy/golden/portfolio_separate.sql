WITH
-- 每个客户的事实
facts AS NOT MATERIALIZED (
  SELECT "row",
    "customer_id",
    "sales",
    "cost"
  FROM customers
),
-- 由公式算出: 利润
computed_1 AS NOT MATERIALIZED (
  SELECT *,
    CAST(CAST((CAST("sales" * 100 AS BIGINT) - CAST("cost" * 100 AS BIGINT)) AS DECIMAL(38, 0)) * 0.01 AS DECIMAL(18, 2)) AS "profit"
  FROM facts
),
-- 客户群的事实 (另表)
portfolio_facts AS NOT MATERIALIZED (
  SELECT *, CAST(CAST((CAST("sales" * 100 AS BIGINT) - CAST("cost" * 100 AS BIGINT)) AS DECIMAL(38, 0)) * 0.01 AS DECIMAL(18, 2)) AS "profit" FROM (SELECT "row", "customer_id", "sales", "cost" FROM portfolio_customers) AS pool_1
),
-- 客户群的整体数字
portfolio AS NOT MATERIALIZED (
  SELECT CAST(CAST(MAX("sales") AS DECIMAL(38, 2)) * 100 AS BIGINT) AS "portfolio.max.sales",
    CAST(SUM(CAST("profit" * 100 AS BIGINT)) AS HUGEINT) AS "portfolio.avg.profit",
    NULLIF(COUNT("profit"), 0) AS "portfolio.avg.profit.of",
    CAST(CAST(MIN("sales") AS DECIMAL(38, 2)) * 100 AS BIGINT) AS "portfolio.min.sales"
  FROM portfolio_facts
),
-- 每个客户配上客户群数字
placed AS NOT MATERIALIZED (
  SELECT *
  FROM computed_1 CROSS JOIN portfolio
),
-- 客户群中的位次: profit
ranked_1 AS NOT MATERIALIZED (
  SELECT placed.*,
    places.at_or_below AS "portfolio.percentile.profit",
    NULLIF(places.of_all, 0) AS "portfolio.percentile.profit.of"
  FROM placed LEFT JOIN (
    SELECT value, CAST(MAX(at_or_below) AS BIGINT) AS at_or_below, CAST(MAX(of_all) AS BIGINT) AS of_all
    FROM (SELECT value, SUM(at_value) OVER (ORDER BY value RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS at_or_below, SUM(at_value) OVER () AS of_all
    FROM (SELECT DISTINCT "profit" AS value, 0 AS at_value FROM placed WHERE "profit" IS NOT NULL UNION ALL SELECT "profit" AS value, COUNT(*) AS at_value FROM portfolio_facts WHERE "profit" IS NOT NULL GROUP BY "profit") AS merged) AS running GROUP BY value
  ) AS places ON placed."profit" = places.value
),
-- 客户群中的位次: sales
ranked_2 AS NOT MATERIALIZED (
  SELECT ranked_1.*,
    places.at_or_below AS "portfolio.percentile.sales",
    NULLIF(places.of_all, 0) AS "portfolio.percentile.sales.of"
  FROM ranked_1 LEFT JOIN (
    SELECT value, CAST(MAX(at_or_below) AS BIGINT) AS at_or_below, CAST(MAX(of_all) AS BIGINT) AS of_all
    FROM (SELECT value, SUM(at_value) OVER (ORDER BY value RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS at_or_below, SUM(at_value) OVER () AS of_all
    FROM (SELECT DISTINCT "sales" AS value, 0 AS at_value FROM ranked_1 WHERE "sales" IS NOT NULL UNION ALL SELECT "sales" AS value, COUNT(*) AS at_value FROM portfolio_facts WHERE "sales" IS NOT NULL GROUP BY "sales") AS merged) AS running GROUP BY value
  ) AS places ON ranked_1."sales" = places.value
),
-- 各项得分 (单位 0.001 分) 与一票否决
points AS NOT MATERIALIZED (
  SELECT *,
    /* largest 假定 */ CASE WHEN "sales" IS NULL OR "portfolio.max.sales" IS NULL OR "portfolio.max.sales" = 0 THEN NULL ELSE LEAST(GREATEST((((2 * ((CASE WHEN "portfolio.max.sales" < 0 THEN -(20 * CAST("sales" * 100 AS BIGINT)) ELSE (20 * CAST("sales" * 100 AS BIGINT)) END) * 1000)) + NULLIF(ABS("portfolio.max.sales"), 0)) // (2 * NULLIF(ABS("portfolio.max.sales"), 0))), 0), 20000) END AS "points.largest",
    CASE WHEN "sales" IS NOT NULL AND "portfolio.max.sales" IS NOT NULL AND "portfolio.max.sales" <> 0 THEN 1 ELSE 0 END AS "band.largest",
    /* place 假定 */ (((2 * ((20 * "portfolio.percentile.profit") * 1000)) + "portfolio.percentile.profit.of") // (2 * "portfolio.percentile.profit.of")) AS "points.place",
    CASE WHEN "portfolio.percentile.profit.of" IS NOT NULL THEN 1 ELSE 0 END AS "band.place",
    /* place_of_sales 假定 */ (((2 * ((10 * "portfolio.percentile.sales") * 1000)) + "portfolio.percentile.sales.of") // (2 * "portfolio.percentile.sales.of")) AS "points.place_of_sales",
    CASE WHEN "portfolio.percentile.sales.of" IS NOT NULL THEN 1 ELSE 0 END AS "band.place_of_sales",
    /* mean 假定 */ CASE WHEN "profit" IS NULL OR "portfolio.avg.profit.of" IS NULL OR "portfolio.avg.profit" = 0 THEN NULL ELSE CAST(LEAST(GREATEST((((2 * ((CASE WHEN "portfolio.avg.profit" < 0 THEN -(CAST(CAST("profit" * 100 AS BIGINT) AS HUGEINT) * "portfolio.avg.profit.of") ELSE (CAST(CAST("profit" * 100 AS BIGINT) AS HUGEINT) * "portfolio.avg.profit.of") END) * 1000)) + CASE WHEN (2 * ((CASE WHEN "portfolio.avg.profit" < 0 THEN -(CAST(CAST("profit" * 100 AS BIGINT) AS HUGEINT) * "portfolio.avg.profit.of") ELSE (CAST(CAST("profit" * 100 AS BIGINT) AS HUGEINT) * "portfolio.avg.profit.of") END) * 1000)) < 0 THEN -NULLIF(ABS("portfolio.avg.profit"), 0) ELSE NULLIF(ABS("portfolio.avg.profit"), 0) END) // (2 * NULLIF(ABS("portfolio.avg.profit"), 0))), -10000), 10000) AS BIGINT) END AS "points.mean",
    CASE WHEN "profit" IS NOT NULL AND "portfolio.avg.profit.of" IS NOT NULL AND "portfolio.avg.profit" <> 0 THEN 1 ELSE 0 END AS "band.mean",
    /* spread 假定 */ CASE WHEN "sales" IS NULL OR "portfolio.min.sales" IS NULL OR "portfolio.max.sales" IS NULL OR ("portfolio.max.sales" - "portfolio.min.sales") = 0 THEN 5000 ELSE LEAST(GREATEST((((2 * ((CASE WHEN ("portfolio.max.sales" - "portfolio.min.sales") < 0 THEN -(10 * (CAST("sales" * 100 AS BIGINT) - "portfolio.min.sales")) ELSE (10 * (CAST("sales" * 100 AS BIGINT) - "portfolio.min.sales")) END) * 1000)) + NULLIF(ABS(("portfolio.max.sales" - "portfolio.min.sales")), 0)) // (2 * NULLIF(ABS(("portfolio.max.sales" - "portfolio.min.sales")), 0))), 0), 10000) END AS "points.spread",
    CASE WHEN "sales" IS NOT NULL AND "portfolio.min.sales" IS NOT NULL AND "portfolio.max.sales" IS NOT NULL AND ("portfolio.max.sales" - "portfolio.min.sales") <> 0 THEN 1 ELSE 0 END AS "band.spread"
  FROM ranked_2
),
-- 合计
totals AS NOT MATERIALIZED (
  SELECT *,
    "points.spread" + "points.largest" + "points.place" + "points.place_of_sales" + "points.mean" AS total
  FROM points
),
-- 等级: 0 = A; 1 = B
grades AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN total IS NULL THEN NULL WHEN total < 20000 THEN NULL WHEN total < 45500 THEN 1 ELSE 0 END AS grade
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
  "points.largest",
  "band.largest",
  "points.place",
  "band.place",
  "points.place_of_sales",
  "band.place_of_sales",
  "points.mean",
  "band.mean",
  "points.spread",
  "band.spread"
FROM consequences
