SELECT count(*) FROM documents WHERE digest = :digest
