$VMATLAS -r fitness -f csv --below 16M -R $FIXTURES/recordings/sample.rec
