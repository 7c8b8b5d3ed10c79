$VMATLAS -r pages -f json -R $FIXTURES/recordings/cached.rec
