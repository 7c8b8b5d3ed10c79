$VMATLAS -r pages -R $FIXTURES/recordings/cached.rec
