$VMATLAS -r rt -R $FIXTURES/recordings/sample.rec
