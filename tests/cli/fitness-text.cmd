$VMATLAS -r fitness -R $FIXTURES/recordings/sample.rec
