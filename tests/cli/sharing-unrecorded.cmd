"$VMATLAS" -R $FIXTURES/recordings/sample.rec -r sharing
