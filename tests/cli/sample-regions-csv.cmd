$VMATLAS -r regions --full -f csv -R $FIXTURES/recordings/sample.rec
