$VMATLAS -r processes -R $FIXTURES/recordings/sample.rec
