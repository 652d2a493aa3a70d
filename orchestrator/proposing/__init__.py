"""The roadmap that a repository needs: facts about it in, the text of a phases.yaml out. Pure, and nothing is run."""
