"$VMATLAS" -R $FIXTURES/recordings/family.rec -r sharing -f text 100
