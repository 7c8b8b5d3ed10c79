$VMATLAS --no-such-option
