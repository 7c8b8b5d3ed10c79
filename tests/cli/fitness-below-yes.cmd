$VMATLAS -r fitness --below 32M --va 50000000-60004000 -R $FIXTURES/recordings/sample.rec
