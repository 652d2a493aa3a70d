-- With the numbers 1 … n both say whether one is missing or there twice.
SELECT count(*), coalesce(sum(seq), 0) FROM facts NOT INDEXED WHERE seq >= :first
