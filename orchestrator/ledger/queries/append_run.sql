INSERT INTO runs (number, id, kind, first, checksum)
VALUES (:number, :id, :kind, :first, :checksum)
