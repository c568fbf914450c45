"""What a report can say of the machine beyond its scores, and from which data."""
