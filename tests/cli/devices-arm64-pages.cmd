$VMATLAS -r pages -f json -R $FIXTURES/recordings/devices-arm64.rec | grep pfnmap
