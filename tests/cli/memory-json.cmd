$VMATLAS -r memory -n 2 -f json -R $FIXTURES/recordings/memory.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
