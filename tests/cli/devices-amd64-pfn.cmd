$VMATLAS -r pages -f json --pfn fd001-fd003 -R $FIXTURES/recordings/devices-amd64.rec | grep pfnmap
