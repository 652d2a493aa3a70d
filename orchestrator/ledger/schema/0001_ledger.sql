-- The ledger: facts in the order in which they were written, numbered without gaps, each with a checksum of its own.
--
-- Facts are only ever added. How things stand is worked out when they are read, so no state can go stale, and a row
-- that was damaged, moved or lost shows: the checksum covers the number, the numbers have no gaps, `head` has the last.
-- The conditions are chains of OR, the frequent words first: SQLite builds the list of an IN anew for every row.

CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    lineage TEXT NOT NULL,
    facts INTEGER NOT NULL CHECK (facts >= 0),
    runs INTEGER NOT NULL CHECK (runs >= 0)
) STRICT;

CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind = 'run' OR kind = 'undo'),
    first INTEGER NOT NULL,
    checksum BLOB NOT NULL CHECK (length(checksum) = 8)
) STRICT;

-- Plans and task definitions: compressed JSON under its hash, so that the same plan run twice is stored once.
CREATE TABLE documents (
    digest TEXT NOT NULL PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;

CREATE TABLE facts (
    seq INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (number),
    kind TEXT NOT NULL CHECK (
        kind = 'attempt_started' OR kind = 'last_attempt_ended' OR kind = 'task_ended' OR kind = 'change'
        OR kind = 'attempt_ended' OR kind = 'measured' OR kind = 'run_started' OR kind = 'run_ended' OR kind = 'run_resumed'
        OR kind = 'task_reset' OR kind = 'task_waiting' OR kind = 'approval' OR kind = 'rolled_back'
        OR kind = 'undone' OR kind = 'adopted'
    ),
    task TEXT,
    attempt INTEGER,
    state TEXT CHECK (
        state = 'changed' OR state = 'unchanged' OR state = 'failed' OR state = 'pending' OR state = 'running'
        OR state = 'skipped' OR state = 'blocked' OR state = 'cancelled' OR state = 'waiting' OR state = 'errored'
        OR state = 'timed_out' OR state = 'succeeded' OR state = 'interrupted' OR state = 'ready'
    ),
    time INTEGER,
    body TEXT,
    checksum BLOB NOT NULL CHECK (length(checksum) = 8)
) STRICT;

-- The fence: an attempt starts once and ends once, whoever writes.
CREATE UNIQUE INDEX one_start_and_one_end ON facts (task, run, attempt, kind = 'attempt_started')
WHERE kind = 'attempt_started' OR kind = 'last_attempt_ended' OR kind = 'attempt_ended';
