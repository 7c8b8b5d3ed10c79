$VMATLAS -r regions -R $FIXTURES/recordings/sample.rec
