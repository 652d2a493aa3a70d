-- The newest row of each task, counted by what it says; SQLite takes bare columns from the row with the maximum.
SELECT run, kind, state, count(*)
FROM (
    SELECT run, task, kind, state, max(seq)
    FROM facts NOT INDEXED
    WHERE
        seq >= :first
        AND (kind = 'attempt_started' OR kind = 'last_attempt_ended' OR kind = 'attempt_ended' OR kind = 'task_ended'
            OR kind = 'task_reset' OR kind = 'task_waiting')
    GROUP BY run, task
)
GROUP BY run, kind, state
