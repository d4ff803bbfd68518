"""The classic pictures of momentum in the plane, and how long an event takes to happen there."""
