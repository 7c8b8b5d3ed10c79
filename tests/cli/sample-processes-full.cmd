$VMATLAS -r processes --full -R $FIXTURES/recordings/sample.rec
