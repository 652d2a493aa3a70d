-- What was written of a task last, with what was decided about it.
SELECT kind, state
FROM facts NOT INDEXED
WHERE
    run = :run AND task = :task
    AND (kind = 'attempt_started' OR kind = 'last_attempt_ended' OR kind = 'attempt_ended' OR kind = 'task_ended'
        OR kind = 'task_reset' OR kind = 'task_waiting' OR kind = 'approval')
ORDER BY seq DESC
LIMIT 1
