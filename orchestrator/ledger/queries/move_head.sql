UPDATE head SET facts = :facts, runs = :runs
