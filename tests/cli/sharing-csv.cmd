"$VMATLAS" -R $FIXTURES/recordings/family.rec -r sharing -f csv 100
