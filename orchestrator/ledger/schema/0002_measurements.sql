-- A third kind of run: `measure`, which has no tasks and only measures.
--
-- SQLite cannot change a condition, so the table is made anew; numbers and checksums stay as they are.

CREATE TABLE runs_with_measurements (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind = 'run' OR kind = 'undo' OR kind = 'measure'),
    first INTEGER NOT NULL,
    checksum BLOB NOT NULL CHECK (length(checksum) = 8)
) STRICT;

INSERT INTO runs_with_measurements (number, id, kind, first, checksum)
SELECT number, id, kind, first, checksum FROM runs;

DROP TABLE runs;

ALTER TABLE runs_with_measurements RENAME TO runs;
