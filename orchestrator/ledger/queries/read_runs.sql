SELECT number, id, kind, first, checksum FROM runs NOT INDEXED ORDER BY number
