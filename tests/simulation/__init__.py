"""One process, one seed, one history of the whole house: `./run sim --seed N --steps M`."""
