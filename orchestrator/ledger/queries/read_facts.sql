SELECT seq, run, kind, task, attempt, state, time, body, checksum
FROM facts NOT INDEXED
WHERE seq BETWEEN :first AND :last
ORDER BY seq
