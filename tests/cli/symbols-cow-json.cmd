$VMATLAS -f json -R $FIXTURES/recordings/symbols.rec -r cow -f json | sed 's/"elapsed_ms":[0-9.]*/"elapsed_ms":0/'
