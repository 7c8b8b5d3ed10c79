$VMATLAS -R $FIXTURES/recordings/sample.rec --at noon
