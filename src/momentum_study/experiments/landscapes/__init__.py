"""Update rules on two-dimensional landscapes: times to an event, and paths."""
