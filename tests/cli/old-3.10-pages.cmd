$VMATLAS -r pages -R $FIXTURES/recordings/linux-3.10.rec
