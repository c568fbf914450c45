"""A document as a web page, in Word and in Excel: they draw, and compute nothing."""
