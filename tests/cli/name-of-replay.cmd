$VMATLAS -R $FIXTURES/recordings/sample.rec -r regions sample | tail -n 1
