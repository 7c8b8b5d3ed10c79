"$VMATLAS" -R $FIXTURES/recordings/family.rec -r compare 100 100
