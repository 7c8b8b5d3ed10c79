$VMATLAS -r changes --full -n 9 -R $FIXTURES/recordings/changes.rec
