"$VMATLAS" -R $FIXTURES/recordings/family.rec -r compare -f json -p 100 -p 101 | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
