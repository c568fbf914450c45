"""How well people agree with one another, and the machine with them. One statistic, one file."""
