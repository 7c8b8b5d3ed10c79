$VMATLAS -b -r pages -f json -R fixtures/recordings/sample.rec >/dev/full
