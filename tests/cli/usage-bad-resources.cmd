printf '# mine\nFPGA at 80000000\n' >names && $VMATLAS -r regions --resources names -R $FIXTURES/recordings/devices-arm64.rec
