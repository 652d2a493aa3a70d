SELECT content FROM documents NOT INDEXED WHERE digest = :digest
