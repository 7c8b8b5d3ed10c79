$VMATLAS -R $FIXTURES/recordings/changes.rec -r changes --since 4 --at 2
