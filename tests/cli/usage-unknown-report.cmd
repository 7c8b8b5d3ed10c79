$VMATLAS -r no-such-report 2>&1 | sed 's/one of .*/one of .../'
