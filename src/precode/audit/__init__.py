"""The audit sample: drawn at random, spoken for by its design; what is unread, and when to stop."""
