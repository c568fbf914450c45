"""Reading and writing files safely: the foundation that every room may use."""
