"$VMATLAS" -R $FIXTURES/recordings/family.rec -r compare 200 100
