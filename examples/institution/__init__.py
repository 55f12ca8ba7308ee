"""The training institutions' class sites; one program serves them all."""
