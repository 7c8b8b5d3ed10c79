$VMATLAS -r regions -R $FIXTURES/recordings/nobody.rec
