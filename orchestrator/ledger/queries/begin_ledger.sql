INSERT INTO head (one, lineage, facts, runs)
VALUES (1, :lineage, 0, 0)
