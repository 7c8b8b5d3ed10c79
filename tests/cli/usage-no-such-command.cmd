$VMATLAS -b -- /no/such/command
