-- `kinds` is a list of words with a blank before and after each.
SELECT seq, run, kind, task, attempt, state, time, body, checksum
FROM facts NOT INDEXED
WHERE seq >= :first AND instr(:kinds, ' ' || kind || ' ') > 0
ORDER BY seq
