SELECT DISTINCT run, task
FROM facts NOT INDEXED
WHERE seq >= :first AND (kind = 'last_attempt_ended' OR kind = 'attempt_ended') AND state = 'changed'
