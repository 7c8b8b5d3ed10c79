$VMATLAS -r stacks -f json -R $FIXTURES/recordings/stacks.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
