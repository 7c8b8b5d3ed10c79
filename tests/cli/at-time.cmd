$VMATLAS -R $FIXTURES/recordings/sample.rec --at 00:26:41 -r regions
