$VMATLAS -r regions --full -f json -R $FIXTURES/recordings/cached.rec
