$VMATLAS -r changes  -n 9 -R $FIXTURES/recordings/changes.rec
