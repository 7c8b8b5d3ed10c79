$VMATLAS -r rt -f json -R $FIXTURES/recordings/sample.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
