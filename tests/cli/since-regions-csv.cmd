$VMATLAS -R $FIXTURES/recordings/changes.rec -r regions --since 1 --at 3 -f csv
