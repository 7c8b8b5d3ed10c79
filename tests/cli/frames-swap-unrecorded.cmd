$VMATLAS -r swap -f json -R $FIXTURES/recordings/audit.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
