$VMATLAS -r regions --resources nowhere -R $FIXTURES/recordings/devices-arm64.rec
