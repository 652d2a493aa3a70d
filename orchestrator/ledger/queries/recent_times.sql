-- The last few good attempts of each task that really ran: one that was up to date has no start.
SELECT task, body
FROM (
    SELECT ended.seq, ended.task, ended.body, row_number() OVER (PARTITION BY ended.task ORDER BY ended.seq DESC) AS age
    FROM facts AS ended NOT INDEXED
    WHERE
        (ended.kind = 'last_attempt_ended' OR ended.kind = 'attempt_ended') AND (ended.state = 'changed' OR ended.state = 'unchanged')
        AND ended.run IN (SELECT number FROM runs WHERE kind = 'run')
        AND EXISTS (
            SELECT 1 FROM facts AS started
            WHERE
                started.kind = 'attempt_started' AND started.task = ended.task
                AND started.run = ended.run AND started.attempt = ended.attempt AND (started.kind = 'attempt_started')
        )
)
WHERE age <= :count
ORDER BY seq
