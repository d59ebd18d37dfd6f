-- Every code that three scores can make is in the scheme.
SELECT [[ code ]] AS code
FROM ([% for score in scores %]SELECT [[ score ]] AS r[% if not loop.last %] UNION ALL [% endif %][% endfor %]) AS of_r
CROSS JOIN ([% for score in scores %]SELECT [[ score ]] AS f[% if not loop.last %] UNION ALL [% endif %][% endfor %]) AS of_f
CROSS JOIN ([% for score in scores %]SELECT [[ score ]] AS m[% if not loop.last %] UNION ALL [% endif %][% endfor %]) AS of_m
WHERE [[ code ]] NOT IN (SELECT rfm FROM {{ ref('scheme') }})
