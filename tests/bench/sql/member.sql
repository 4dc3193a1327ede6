-- One organisation; organisations are public by nature.
-- $1 bigint: its key
SELECT json_build_object('organisation', (
    SELECT json_build_object(
        'id', 'org_' || o.id,
        'name', o.name,
        'country', o.country,
        'sector', o.sector,
        'lei', o.lei,
        'revenue', CASE WHEN o.revenue_amount IS NOT NULL THEN json_build_object(
            'amount', trim_scale(o.revenue_amount)::text,
            'currency', o.revenue_currency,
            'year', o.revenue_year
        ) END,
        'employees', o.employees,
        'employeesYear', o.employees_year,
        'notes', nullif(o.notes, ''),
        'recordedAt', o.recorded_at
    )
    FROM organisation o
    WHERE o.id = $1::bigint
))
