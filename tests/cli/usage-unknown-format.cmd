$VMATLAS -b -f xml 2>&1 | sed 's/one of .*/one of .../'
