$VMATLAS -r processes --union -p 4242 -f json -R $FIXTURES/recordings/sample.rec | sed 's/"elapsed_ms":[^,]*/"elapsed_ms":null/'
