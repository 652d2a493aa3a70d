"""Pure text → text surgical editors: every byte that was not meant stays."""
