-- RFM scores and segments of customers on 1 July 2025, the same as quintile's: a row a customer.
-- Model be5340e7bb6db297. Dialect trino (Trino, Amazon Athena): not executed, checked by parsing.
WITH
-- Your columns, typed. A row without an order id is an order of its own.
transactions AS (
    SELECT
        CASE
            WHEN NOT LOWER(TRIM(CAST("buyer id" AS VARCHAR))) IN (
                '', 'null', 'none', 'nan', 'n/a', 'na', 'n.a.', 'nil', '<na>',
                '<null>', 'nat', '(null)', '(blank)', '(leer)', 'undefined', '-',
                '--', '\n', '#n/a', '#nv', '#n/d', '#yok'
            )
            AND NOT (
                TRIM(CAST("buyer id" AS VARCHAR)) LIKE '#%!' OR TRIM(CAST("buyer id" AS VARCHAR)) LIKE '#%?'
            )
            THEN TRIM(CAST("buyer id" AS VARCHAR))
        END AS customer_id,
        COALESCE(
            CASE
                WHEN NOT LOWER(TRIM(CAST("receipt" AS VARCHAR))) IN (
                    '', 'null', 'none', 'nan', 'n/a', 'na', 'n.a.', 'nil', '<na>',
                    '<null>', 'nat', '(null)', '(blank)', '(leer)', 'undefined', '-',
                    '--', '\n', '#n/a', '#nv', '#n/d', '#yok'
                )
                AND NOT (
                    TRIM(CAST("receipt" AS VARCHAR)) LIKE '#%!' OR TRIM(CAST("receipt" AS VARCHAR)) LIKE '#%?'
                )
                THEN TRIM(CAST("receipt" AS VARCHAR))
            END,
            CONCAT(CAST(' row ' AS VARCHAR), CAST(ROW_NUMBER() OVER (ORDER BY "bought at") AS VARCHAR))
        ) AS order_id,
        CASE
            WHEN NOT LOWER(TRIM(CAST("pos" AS VARCHAR))) IN (
                '', 'null', 'none', 'nan', 'n/a', 'na', 'n.a.', 'nil', '<na>',
                '<null>', 'nat', '(null)', '(blank)', '(leer)', 'undefined', '-',
                '--', '\n', '#n/a', '#nv', '#n/d', '#yok'
            )
            AND NOT (
                TRIM(CAST("pos" AS VARCHAR)) LIKE '#%!' OR TRIM(CAST("pos" AS VARCHAR)) LIKE '#%?'
            )
            THEN TRIM(CAST("pos" AS VARCHAR))
        END AS line,
        CAST("bought at" AS TIMESTAMP(6)) AS ordered_at,
        CAST("net value" AS DECIMAL(18, 2)) AS amount,
        CASE
            WHEN LOWER(TRIM(CAST("state" AS VARCHAR))) IN (
                'abandoned', 'abgelehnt', 'annullata', 'annullato', 'annulled',
                'annulé', 'annulée', 'anulada', 'anulado', 'anulowane',
                'ausstehend', 'authorized', 'awaiting payment', 'blocked',
                'cancelada', 'cancelado', 'canceled', 'cancelled',
                'checkout-draft', 'declined', 'draft', 'en attente', 'error',
                'expired', 'failed', 'fallida', 'fallido', 'fehlgeschlagen',
                'fraud', 'geannuleerd', 'holded', 'in attesa', 'incomplete',
                'iptal', 'mislukt', 'nieudane', 'on hold', 'on-hold',
                'payment review', 'payment_review', 'pendente', 'pendiente',
                'pending', 'pending payment', 'pending_payment', 'rejected',
                'storniert', 'storno', 'suspected fraud', 'test', 'uncaptured',
                'unpaid', 'void', 'voided', 'échoué', 'échouée'
            )
            THEN 1
            ELSE 0
        END AS is_excluded,
        CASE
            WHEN LOWER(TRIM(CAST("state" AS VARCHAR))) IN (
                'chargeback', 'charged back', 'devuelto', 'erstattet',
                'reembolsada', 'reembolsado', 'refunded', 'remboursé',
                'remboursée', 'returned', 'rimborsata', 'rimborsato',
                'terugbetaald', 'zwrócone'
            )
            THEN 1
            ELSE 0
        END AS is_paid_back
    FROM "shop_lines"
),
-- Orders of which something does not count, by its status.
excluded AS (
    SELECT DISTINCT
        order_id
    FROM transactions
    WHERE
        is_excluded = 1
),
-- What counts: rows that name a customer; a line that comes again with the same content counts once.
order_lines AS (
    SELECT DISTINCT
        customer_id,
        order_id,
        line,
        ordered_at,
        amount,
        CASE WHEN is_paid_back = 1 THEN GREATEST(amount, 0) ELSE 0 END AS refund
    FROM transactions
    WHERE
        NOT customer_id IS NULL AND is_excluded = 0
),
-- Lines to orders: dated by the first line bought; money that went back belongs to its own order.
-- An order of two customers is nobody's.
-- A refund of an order that does not count does not count either.
orders AS (
    SELECT
        order_id,
        MIN(customer_id) AS customer_id,
        COALESCE(MIN(CASE WHEN amount >= 0 THEN ordered_at END), MIN(ordered_at)) AS ordered_at,
        SUM(CASE WHEN amount >= 0 THEN amount ELSE 0 END) AS gross,
        GREATEST(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END), COALESCE(SUM(refund), 0)) AS refunded
    FROM order_lines
    GROUP BY
        order_id
    HAVING
        MIN(customer_id) = MAX(customer_id)
        AND (
            MAX(amount) >= 0 OR NOT order_id IN (
                SELECT
                    order_id
                FROM excluded
            )
        )
),
-- The orders of the window, what they are worth, and whether they are purchases.
counted AS (
    SELECT
        customer_id,
        ordered_at,
        CAST(ordered_at AS DATE) AS order_day,
        gross - refunded AS net,
        CASE WHEN gross > refunded THEN 1 ELSE 0 END AS is_purchase
    FROM orders
    WHERE
        ordered_at >= CAST('2025-04-02' AS DATE) AND ordered_at < CAST('2025-07-01' AS DATE)
),
-- One row per customer who bought in the window.
totals AS (
    SELECT
        customer_id,
        MIN(CASE WHEN is_purchase = 1 THEN order_day END) AS first_order,
        MAX(CASE WHEN is_purchase = 1 THEN order_day END) AS last_order,
        DATE_DIFF('DAY', MAX(CASE WHEN is_purchase = 1 THEN order_day END), CAST('2025-07-01' AS DATE)) AS recency_days,
        SUM(is_purchase) AS frequency,
        SUM(net) AS total
    FROM counted
    GROUP BY
        customer_id
    HAVING
        SUM(is_purchase) > 0
),
-- The average order, half away from zero at twelve digits, in whole numbers.
buyers AS (
    SELECT
        customer_id,
        first_order,
        last_order,
        recency_days,
        frequency,
        CAST(CAST(CASE WHEN total < 0 THEN -1 ELSE 1 END * (
            (
                (
                    2 * CAST(ABS(total) * 1000000000000 AS DECIMAL(38, 0)) + frequency
                ) - (
                    2 * CAST(ABS(total) * 1000000000000 AS DECIMAL(38, 0)) + frequency
                ) % (
                    2 * frequency
                )
            ) / (
                2 * frequency
            )
        ) AS DECIMAL(25, 0)) * 0.000000000001 AS DECIMAL(38, 12)) AS monetary
    FROM totals
),
-- All who ever bought.
everyone AS (
    SELECT DISTINCT
        customer_id
    FROM orders
    WHERE
        gross > refunded AND ordered_at < CAST('2025-07-01' AS DATE)
),
-- Who did not buy in the window has no recency and no orders.
rfm AS (
    SELECT
        everyone.customer_id,
        first_order,
        last_order,
        recency_days,
        COALESCE(frequency, 0) AS frequency,
        COALESCE(monetary, 0) AS monetary
    FROM everyone
    LEFT JOIN buyers
        ON buyers.customer_id = everyone.customer_id
),
-- The cut points: 3 is the best score.
scores AS (
    SELECT
        *,
        CASE WHEN frequency = 0 THEN 1 WHEN recency_days <= 82 THEN 3 WHEN recency_days <= 85 THEN 2 ELSE 1 END AS r,
        CASE WHEN frequency = 0 THEN 1 WHEN frequency >= 2 THEN 3 WHEN frequency >= 1 THEN 2 ELSE 1 END AS f,
        CASE
            WHEN frequency = 0
            THEN 1
            WHEN monetary >= 18.600000000000
            THEN 3
            WHEN monetary >= 1.120000000000
            THEN 2
            ELSE 1
        END AS m
    FROM rfm
),
-- The three scores side by side.
coded AS (
    SELECT
        *,
        CONCAT(CAST(r AS VARCHAR), CAST(f AS VARCHAR), CAST(m AS VARCHAR)) AS rfm
    FROM scores
),
-- The segment of each code.
segments AS (
    SELECT
        *,
        CASE
            WHEN rfm IN ('333', '332', '323')
            THEN 'Champions'
            WHEN rfm IN ('331', '322', '321', '233', '232')
            THEN 'Loyal'
            WHEN rfm IN ('313', '312', '311', '223', '222')
            THEN 'Recent'
            WHEN rfm IN ('231', '212', '211', '131', '122')
            THEN 'At risk'
            WHEN rfm IN ('221', '213', '133', '132', '123')
            THEN 'Needs attention'
            WHEN rfm IN ('121', '113', '112', '111')
            THEN 'Inactive'
        END AS segment
    FROM coded
)
SELECT
    customer_id,
    first_order,
    last_order,
    recency_days,
    frequency,
    monetary,
    r,
    f,
    m,
    rfm,
    segment
FROM segments
ORDER BY
    customer_id
