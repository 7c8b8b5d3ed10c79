$VMATLAS -r pages -f openmetrics -R $FIXTURES/recordings/sample.rec
