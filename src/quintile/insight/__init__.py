"""What a scored base says about itself, as a few values; SQL over small tables, no picture and no clock."""
