"$VMATLAS" -R $FIXTURES/recordings/family.rec -r compare -f json 100 999 | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
