UPDATE head SET facts = :facts, runs = :runs WHERE facts = :facts_before AND runs = :runs_before
