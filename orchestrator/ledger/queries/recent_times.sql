-- The last few good attempts of each task that really ran: one that was up to date has no start.
SELECT seq, run, task, body
FROM (
    SELECT seq, run, task, body, row_number() OVER (PARTITION BY task ORDER BY seq DESC) AS age
    FROM facts NOT INDEXED
    WHERE
        (kind = 'last_attempt_ended' OR kind = 'attempt_ended') AND (state = 'changed' OR state = 'unchanged')
        AND run IN (SELECT number FROM runs WHERE kind = 'run')
        AND (run, task, attempt) IN (
            SELECT run, task, attempt FROM facts NOT INDEXED WHERE kind = 'attempt_started'
        )
)
WHERE age <= :count
ORDER BY seq
