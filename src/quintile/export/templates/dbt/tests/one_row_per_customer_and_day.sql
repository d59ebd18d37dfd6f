-- A day holds each customer once.
SELECT as_of, customer_id
FROM {{ ref('segment_snapshots') }}
GROUP BY as_of, customer_id
HAVING count(*) > 1
