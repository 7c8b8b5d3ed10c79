$VMATLAS -r fitness --below 4G --va 7fff0000 -R $FIXTURES/recordings/sample.rec
