"$VMATLAS" -R $FIXTURES/recordings/symbols.rec -r owners --va 55551234
