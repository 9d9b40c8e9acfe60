"""What each operation gives: the inference rules, in files named as those of the declarations."""
