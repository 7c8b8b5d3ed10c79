$VMATLAS -r frames -f json -R $FIXTURES/recordings/nobody.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
