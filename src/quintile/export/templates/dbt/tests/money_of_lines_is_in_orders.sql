-- Conservation of money: what counts is in an order, or in lines whose order does not count.
SELECT of_lines.money AS of_lines, of_orders.money AS of_orders, left_out.money AS left_out
FROM (
    SELECT coalesce(sum([[ in_lines ]]), 0) AS money
    FROM {{ ref('order_lines') }}
) AS of_lines
CROSS JOIN (
    SELECT coalesce(sum([[ in_orders ]]), 0) AS money
    FROM {{ ref('[[ orders ]]') }}
) AS of_orders
CROSS JOIN (
    SELECT coalesce(sum([[ in_lines ]]), 0) AS money
    FROM {{ ref('order_lines') }} AS order_line
    WHERE NOT EXISTS (
        SELECT 1
        FROM {{ ref('[[ orders ]]') }} AS found
        WHERE [% for key in keys %]found.[[ key ]] = order_line.[[ key ]][% if not loop.last %] AND [% endif %][% endfor %]
    )
) AS left_out
WHERE of_lines.money <> of_orders.money + left_out.money
