"""The participant's site: Indonesian first, English second; every page works without JavaScript."""
