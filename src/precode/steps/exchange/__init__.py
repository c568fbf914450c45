"""What ``codes``, ``add`` and ``export`` are made of where other programs' files come in or go out."""
