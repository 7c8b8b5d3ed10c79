$VMATLAS -r changes -f json -n 9 -R $FIXTURES/recordings/changes.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
