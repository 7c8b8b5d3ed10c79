$VMATLAS -r fitness --below 4G --va 1000 -R $FIXTURES/recordings/sample.rec
