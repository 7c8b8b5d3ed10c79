$VMATLAS --version
