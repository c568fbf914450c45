"""What to ask people next: measures of what a sentence is worth, and the choice made from them."""
