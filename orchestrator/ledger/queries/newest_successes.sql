-- The newest good attempt of each task; SQLite takes bare columns from the row with the maximum.
SELECT max(seq), run, task, attempt, state, body
FROM facts NOT INDEXED
WHERE
    (kind = 'last_attempt_ended' OR kind = 'attempt_ended') AND (state = 'changed' OR state = 'unchanged')
    AND run IN (SELECT number FROM runs WHERE kind = 'run')
GROUP BY task
ORDER BY 1
