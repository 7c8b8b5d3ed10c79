$VMATLAS -r zones --full -f json -R $FIXTURES/recordings/frames.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
