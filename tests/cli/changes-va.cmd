$VMATLAS -r changes --va 0x108000-0x10a000 -n 9 -R $FIXTURES/recordings/changes.rec
