$VMATLAS -b --without no-such-thing
