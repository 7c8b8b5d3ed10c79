: >empty; $VMATLAS -b -R empty; $VMATLAS -b -R - </dev/null
