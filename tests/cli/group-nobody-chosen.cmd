$VMATLAS -r processes --union -p 4242 --session 7 -R $FIXTURES/recordings/sample.rec
