$VMATLAS -R $FIXTURES/recordings/sample.rec -R $FIXTURES/recordings/changes.rec -r regions --since 1 --at 4
