$VMATLAS -r regions -p 7 -R $FIXTURES/recordings/odd-maps.rec
