"""The field's nouns: frozen values, standard library only."""
