$VMATLAS -R $FIXTURES/recordings/changes.rec -r changes --since 1 --at 3 -f csv
