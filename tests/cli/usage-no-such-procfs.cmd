$VMATLAS -b --procfs no/such/folder 1
