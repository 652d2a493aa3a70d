SELECT seq, run, kind, task, attempt, state, time, body, checksum
FROM facts NOT INDEXED
WHERE seq = :seq
