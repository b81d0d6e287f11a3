"""What may happen: the engine, the definitions, guards, effects, routing, deadlines and the rules for points."""
