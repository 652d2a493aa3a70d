SELECT DISTINCT run, task
FROM facts NOT INDEXED
WHERE kind = 'attempt_ended' AND state = 'changed'
