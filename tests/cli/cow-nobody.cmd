"$VMATLAS" -R $FIXTURES/recordings/nobody.rec -r cow
