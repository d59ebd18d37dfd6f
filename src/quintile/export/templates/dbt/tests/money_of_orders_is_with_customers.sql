-- Conservation of money: an order of the window is with a customer who bought in it, or with one who only gave back.
SELECT of_orders.money AS of_orders, of_customers.money AS of_customers, of_others.money AS of_others
FROM (
    SELECT coalesce(sum(net), 0) AS money
    FROM {{ ref('orders_in_window') }}
) AS of_orders
CROSS JOIN (
    SELECT coalesce(sum([[ money ]]), 0) AS money
    FROM {{ ref('[[ customers ]]') }}
) AS of_customers
CROSS JOIN (
    SELECT coalesce(sum(net), 0) AS money
    FROM {{ ref('orders_in_window') }}
    WHERE customer_id NOT IN (
        SELECT customer_id
        FROM {{ ref('orders_in_window') }}
        WHERE is_purchase = 1
    )
) AS of_others
WHERE of_orders.money <> of_customers.money + of_others.money
