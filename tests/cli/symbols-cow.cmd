"$VMATLAS" -R $FIXTURES/recordings/symbols.rec -r cow
