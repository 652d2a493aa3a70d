"""Children: started in their own session, bounded in output, none left behind."""
