$VMATLAS -r changes -f csv -n 9 -R $FIXTURES/recordings/changes.rec
