$VMATLAS -r pages -R $FIXTURES/recordings/unprivileged.rec
