"""The desk on which the dossiers lie."""
