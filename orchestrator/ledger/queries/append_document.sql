INSERT INTO documents (digest, content)
VALUES (:digest, :content)
ON CONFLICT (digest) DO NOTHING
