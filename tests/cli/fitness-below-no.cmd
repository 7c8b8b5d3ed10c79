$VMATLAS -r fitness --below 1000000 -R $FIXTURES/recordings/sample.rec
