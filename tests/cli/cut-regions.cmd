$VMATLAS -r regions -n 100 -R $FIXTURES/recordings/cut.rec
