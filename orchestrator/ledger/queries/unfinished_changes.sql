SELECT run, task, attempt
FROM facts NOT INDEXED
WHERE
    kind = 'change'
    AND (run, task, attempt) NOT IN (
        SELECT run, task, attempt
        FROM facts NOT INDEXED
        WHERE kind = 'last_attempt_ended' OR kind = 'attempt_ended' OR kind = 'rolled_back'
    )
GROUP BY run, task, attempt
ORDER BY min(seq)
