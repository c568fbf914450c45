"""What ``report`` and ``export`` see of a study, read at one moment."""
