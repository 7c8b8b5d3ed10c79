"$VMATLAS" -R $FIXTURES/recordings/family.rec -r sharing --file /memfd:cache -f json | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
