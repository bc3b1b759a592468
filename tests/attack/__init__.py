"""The attacker of the public file: knows the program, every open file and one agency's records, and not the seed."""
