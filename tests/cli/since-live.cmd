$VMATLAS -r changes --since 1 1
