$VMATLAS -R $FIXTURES/recordings/sample.rec -r pages --since 1
