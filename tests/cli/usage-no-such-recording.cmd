$VMATLAS -b -R no-such-file
