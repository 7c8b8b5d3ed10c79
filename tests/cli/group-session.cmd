$VMATLAS -r processes --session 77 --session 1 -R $FIXTURES/recordings/sample.rec
