$VMATLAS -b -R .
