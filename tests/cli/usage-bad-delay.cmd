$VMATLAS -b -d -1; $VMATLAS -b -d x; $VMATLAS -b -d 1e999; $VMATLAS -b -d nan
