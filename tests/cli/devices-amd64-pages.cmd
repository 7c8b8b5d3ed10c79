$VMATLAS -r pages -R $FIXTURES/recordings/devices-amd64.rec | grep -e PFN -e pfnmap
