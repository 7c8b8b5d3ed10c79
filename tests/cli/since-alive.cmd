$VMATLAS -R $FIXTURES/recordings/sample.rec -r changes --since 1
