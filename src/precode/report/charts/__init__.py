"""Charts, drawn by matplotlib: for readers without colour, and with a text for those without eyes."""
