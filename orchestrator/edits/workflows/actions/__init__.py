"""The actions that edit workflows, one file each."""
