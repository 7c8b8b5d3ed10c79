$VMATLAS -r regions -n 100 -R $FIXTURES/recordings/damaged.rec
