INSERT INTO facts (seq, run, kind, task, attempt, state, time, body, checksum)
VALUES (:seq, :run, :kind, :task, :attempt, :state, :time, :body, :checksum)
