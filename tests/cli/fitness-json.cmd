$VMATLAS -r fitness -f json -R $FIXTURES/recordings/sample.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
