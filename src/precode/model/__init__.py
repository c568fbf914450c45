"""From sentences to calibrated codes: encoder → features → heads → calibration → bundle."""
