$VMATLAS -r changes -f json -n 2 -R $FIXTURES/recordings/unprivileged.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
