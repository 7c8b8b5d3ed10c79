"$VMATLAS" -R $FIXTURES/recordings/family.rec -r sharing -f json 100 | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
