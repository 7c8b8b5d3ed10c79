$VMATLAS -r pages -f json -R $FIXTURES/recordings/cached.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
