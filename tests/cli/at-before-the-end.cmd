$VMATLAS -R $FIXTURES/recordings/changes.rec --at -2s -r regions -n 2
