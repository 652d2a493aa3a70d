-- Every good attempt of the tasks of which something was undone.
SELECT seq, run, task, attempt, state, body
FROM facts NOT INDEXED
WHERE
    (kind = 'last_attempt_ended' OR kind = 'attempt_ended') AND (state = 'changed' OR state = 'unchanged')
    AND run IN (SELECT number FROM runs WHERE kind = 'run')
    AND task IN (SELECT task FROM facts NOT INDEXED WHERE kind = 'undone')
ORDER BY seq
