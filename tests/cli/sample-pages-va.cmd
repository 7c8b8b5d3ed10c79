$VMATLAS -r pages --va 100000-110000 -R $FIXTURES/recordings/sample.rec
