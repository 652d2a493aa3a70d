SELECT lineage, facts, runs FROM head
