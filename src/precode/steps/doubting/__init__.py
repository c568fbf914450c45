"""What ``agree --doubts`` is made of: likely slips, drift, and sentences nearly alike."""
