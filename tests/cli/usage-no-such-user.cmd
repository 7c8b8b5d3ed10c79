$VMATLAS -b -u no-such-user-of-that-name
