SELECT content FROM documents WHERE digest = :digest
