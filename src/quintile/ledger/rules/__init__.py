"""The cleaning rules, one file each; ``build.py`` applies them in their order."""
