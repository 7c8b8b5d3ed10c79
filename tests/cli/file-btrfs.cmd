"$VMATLAS" -R $FIXTURES/recordings/family.rec -r sharing --file /bin/viewer -f csv
