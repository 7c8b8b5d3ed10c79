$VMATLAS -b no-such-process-of-that-name
