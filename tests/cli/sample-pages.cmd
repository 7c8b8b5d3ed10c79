$VMATLAS -r pages -R $FIXTURES/recordings/sample.rec
