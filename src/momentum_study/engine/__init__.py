"""Networks trained as stacks, update rules, schedules and Hessians: arrays in, arrays out."""
